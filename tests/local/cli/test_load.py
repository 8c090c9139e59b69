"""Sales from a CSV: what they become in the table, and what a load does to what is there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data import clock, history, keys, listings, properties, users
from data.dynamodb import table
from data.dynamodb.requests import Delete, Item
from data.keys import Key
from data.maintenance import verify
from data.records import ID, DateTime, FieldChange, HistoryKind, ListingStatus, Property
from local.cli import load
from local.dynamodb import table_env
from local.loader import synthetic
from tests import proxy as trouble
from tests.conftest import forget_the_client
from tests.local.server_fixture import Desk
from tests.proxy import Proxy

HEADER = "id,date,price,bedrooms,bathrooms,sqft_living,sqft_lot,yr_built,zipcode,lat,long"
ELM = "7129300520,20141013T000000,221900,3,1.75,1180,5650,1955,98178,47.5112,-122.257"
OAK = "6414100192,20141209T000000,538000,3,2.25,2570,7242,1951,98125,47.721,-122.319"
ELM_AGAIN = "7129300520,20150409T000000,245000.5,3,1.75,1180,5650,1955,98178,47.5112,-122.257"
ELM_AT = DateTime("2014-10-13T00:00:00.000Z")
ELM_ID = synthetic.home_id("7129300520", ELM_AT)
ADA = ID("ada")
BOTOCORES_TRIES = 3

Load = Callable[..., int]
Table = dict[Key, Item]


@pytest.fixture
def load_rows(table: str, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Loads rows below the usual header into the test's own table; answers the exit status."""
    monkeypatch.setenv("DYNAMODB_ENDPOINT", engine)

    def loaded(*rows: str, header: str = HEADER) -> int:
        file = tmp_path / "sales.csv"
        file.write_text("\n".join([header, *rows, ""]))
        return load.main([str(file)])

    return loaded


def dump() -> Table:
    return {Key(item["pk"], item["sk"]): item for item in table.scan()}


def elm() -> Property:
    home = properties.with_images(ELM_ID)
    assert home
    return home


def test_a_sale_becomes_a_home_on_the_market_as_of_its_date(load_rows: Load) -> None:
    assert load_rows(ELM) == 0
    home = elm()
    assert home == Property(
        id=ELM_ID,
        version=1,
        address=synthetic.address("7129300520"),
        zip_code="98178",
        price=221900.0,
        status=ListingStatus.ACTIVE,
        bedrooms=3,
        bathrooms=1.75,
        living_area_sqft=1180,
        lot_size_sqft=5650,
        year_built=1955,
        latitude=47.5112,
        longitude=-122.257,
        owner_id=home.owner_id,
        image_ids=home.image_ids,
        cover_image_url=home.cover_image_url,
        images=home.images,
        created_at=ELM_AT,
        updated_at=ELM_AT,
    )


def test_its_id_sorts_by_the_sales_date(load_rows: Load) -> None:
    assert ELM_ID.startswith(clock.uuid7(ELM_AT)[:13])
    assert ELM_ID[14] == "7"


def test_it_has_a_card_an_edge_an_owner_one_to_six_pictures_and_a_first_event(load_rows: Load) -> None:
    load_rows(ELM)
    home, there = elm(), dump()
    card = listings.card(home)
    assert card and there[keys.listing("98178", ELM_ID)] == listings.to_item(card)
    assert there[keys.ownership(home.owner_id, ELM_ID)] == properties.edge(home)
    assert [user.property_count for user in users.by_ids([home.owner_id]) if user] == [1]
    assert 1 <= len(home.images or ()) <= 6
    assert [event.kind for event in history.of_property(ELM_ID, 10, None).nodes] == [HistoryKind.CREATED]


def test_all_that_is_loaded_is_true(load_rows: Load) -> None:
    load_rows(ELM, OAK, ELM_AGAIN)
    assert list(verify.untruths()) == []


def test_a_home_sold_twice_has_its_earlier_price_in_its_history(load_rows: Load) -> None:
    assert load_rows(ELM_AGAIN, OAK, ELM) == 0
    latest, first = history.of_property(ELM_ID, 10, None).nodes
    assert (elm().price, elm().version, elm().created_at) == (245000.5, 2, ELM_AT)
    assert (latest.kind, latest.version) == (HistoryKind.PRICE_CHANGED, 2)
    assert latest.changes == (FieldChange(field="price", before="221900", after="245000.5"),)
    assert (first.kind, first.version, first.at) == (HistoryKind.CREATED, 1, ELM_AT)


def test_loading_again_changes_nothing(load_rows: Load, capsys: pytest.CaptureFixture[str]) -> None:
    load_rows(ELM, OAK)
    before = dump()
    assert load_rows(ELM, OAK) == 0
    assert dump() == before
    assert "2 homes: 0 written, 2 there already, 0 deleted since; 0 bad rows" in capsys.readouterr().out


def test_a_home_that_somebody_edited_is_never_overwritten(load_rows: Load) -> None:
    load_rows(ELM)
    properties.update(elm(), {"price": 5.0, "zip_code": "10001"}, 1, ADA)
    before = dump()
    assert load_rows(ELM, ELM_AGAIN) == 0
    assert dump() == before


def test_a_home_that_somebody_deleted_stays_deleted(load_rows: Load) -> None:
    load_rows(ELM)
    properties.delete(elm(), 1, ADA)
    before = dump()
    assert load_rows(ELM) == 0
    assert dump() == before


def test_a_profile_that_its_owner_edited_keeps_its_name_and_gets_its_count(load_rows: Load) -> None:
    owner = synthetic.owner(synthetic.owner_number("7129300520"))
    users.update(owner, {"name": "Somebody else"})
    load_rows(ELM)
    profile = users.by_id(owner.id)
    assert profile and (profile.name, profile.property_count) == ("Somebody else", 1)


def test_a_home_that_an_owner_made_by_hand_is_counted_too(load_rows: Load) -> None:
    owner = synthetic.owner(synthetic.owner_number("7129300520"))
    load_rows(ELM)
    made = Property(**vars(elm()) | {"id": ID("by-hand"), "version": 1, "image_ids": (), "images": None})
    properties.create(made, owner.id, owner, None)
    load_rows(ELM)
    assert [user.property_count for user in users.by_ids([owner.id]) if user] == [2]


@pytest.fixture
def whole(load_rows: Load) -> Table:
    """What a load leaves that nothing disturbs. The table is empty again."""
    load_rows(ELM, OAK, ELM_AGAIN)
    after = dump()
    table.write([Delete(key) for key in after])
    return after


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_a_load_that_is_cut_off_goes_on_to_the_same_end_when_it_is_run_again(
    load_rows: Load, whole: Table, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    monkeypatch.setenv("DYNAMODB_ENDPOINT", proxy.url)
    proxy.fail("BatchWriteItem", trouble.after(lambda: None), times=batches)
    proxy.fail("BatchWriteItem", trouble.error(500, "InternalServerError"), times=BOTOCORES_TRIES)
    assert load_rows(ELM, OAK, ELM_AGAIN) == 1
    assert dump() != whole
    assert load_rows(ELM, OAK, ELM_AGAIN) == 0
    assert dump() == whole


def test_a_home_that_is_cut_off_is_not_taken_for_a_deleted_one(
    load_rows: Load, whole: Table, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DYNAMODB_ENDPOINT", proxy.url)
    proxy.fail("BatchWriteItem", trouble.error(500, "InternalServerError"), times=BOTOCORES_TRIES)
    load_rows(ELM, OAK)
    assert "run it again and it goes on from there" in capsys.readouterr().err
    load_rows(ELM, OAK)
    assert "2 homes: 2 written, 0 there already, 0 deleted since" in capsys.readouterr().out


REST = "3,1,1180,5650,1955,98178,47.5,-122.2"
BAD = {
    f"1,20141013T000000,-5,{REST}": "price is -5.0; 0 to 1,000,000,000,000 is allowed",
    f"1,20141013T000000,1.234,{REST}": "price is 1.234; at most 2 decimals are allowed",
    f"1,20141013T000000,,{REST}": "price must be a number",
    f"1,20141013T000000,cheap,{REST}": "price must be a number",
    f"1,20141013T000000,nan,{REST}": "price must be a number",
    f"1,20141013T000000,5,{REST.replace('3', '2.5', 1)}": "bedrooms must be a whole number",
    f"1,20141013T000000,5,{REST.replace('98178', '9817')}": "zipcode must be 5 digits",
    f"1,20141013T000000,5,{REST.replace('47.5', '97.5')}": "lat is 97.5; -90 to 90 is allowed",
    f"1,20141313T000000,5,{REST}": "date is '20141313T000000'; it must be like 20141013T000000, from 1970 on",
    f"PROP#1,20141013T000000,5,{REST}": "id must be 1 to 64 letters, digits or hyphens",
    "1,20141013T000000,5": "has 3 cells, the first line has 11",
}


@pytest.mark.parametrize(("row", "why"), BAD.items(), ids=BAD.values())
def test_a_bad_row_is_named_with_its_line_and_the_rest_goes_in(
    load_rows: Load, capsys: pytest.CaptureFixture[str], row: str, why: str
) -> None:
    assert load_rows(row, OAK) == 1
    told = capsys.readouterr()
    assert f"line 2: {why}" in told.err
    assert "1 homes: 1 written, 0 there already, 0 deleted since; 1 bad rows" in told.out
    assert [item["zip_code"] for item in dump().values() if item["sk"] == "METADATA"] == ["98125"]


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (HEADER.replace(",price", ""), "lacks in its first line the column price"),
        (HEADER.replace("id,date", "x,y"), "lacks in its first line the columns id, date"),
        ("", "is empty: its first line must name the columns"),
    ],
)
def test_a_file_that_is_none_of_sales_is_said_so(
    load_rows: Load, capsys: pytest.CaptureFixture[str], header: str, why: str
) -> None:
    assert load_rows(ELM, header=header) == 2
    assert why in capsys.readouterr().err
    assert dump() == {}


def test_columns_may_stand_in_any_order_among_others(load_rows: Load) -> None:
    columns = dict(zip(HEADER.split(","), ELM.split(","), strict=True)) | {"waterfront": "0"}
    assert load_rows(",".join(reversed(columns.values())), header=",".join(reversed(columns))) == 0
    assert elm().price == 221900


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert load.main([str(tmp_path / "nothing.csv")]) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'nothing.csv'}: No such file or directory\n"


def test_with_no_table_to_load_into_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sales.csv").write_text(f"{HEADER}\n{ELM}\n")
    monkeypatch.setenv("PORT", "1")
    assert load.main([str(tmp_path / "sales.csv")]) == 2
    assert capsys.readouterr().err == table_env.NO_TABLE.format(port=1) + "\n"


@pytest.mark.process
def test_data_is_loaded_without_a_desk_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    (tmp_path / "sales.csv").write_text(f"{HEADER}\n{ELM}\n")
    monkeypatch.setenv("DATA", str(tmp_path / "data"))
    for _ in range(2):
        forget_the_client()
        assert load.main([str(tmp_path / "sales.csv")]) == 0
    forget_the_client()
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("1 homes: 1 written, 0 there already")
    assert second.startswith("1 homes: 0 written, 1 there already")


def test_a_load_goes_into_the_desk_at_port(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    (tmp_path / "sales.csv").write_text(f"{HEADER}\n{ELM}\n")
    monkeypatch.setenv("PORT", desk.url.rpartition(":")[2])
    forget_the_client()
    assert load.main([str(tmp_path / "sales.csv")]) == 0
    forget_the_client()
    answer = desk.ask("query($id: ID!) { property(id: $id) { price images { url } } }", id=ELM_ID)
    assert answer.data["property"]["price"] == 221900.0
