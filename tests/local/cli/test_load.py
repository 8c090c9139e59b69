"""`make load`: the items that sales of a CSV file become, and the effect of a load on existing items."""

from pathlib import Path

import pytest

from data import clock, history, keys, listings, properties, users
from data.maintenance import verify
from data.records import ID, DateTime, FieldChange, HistoryKind, ListingStatus, Property
from local.cli import load
from local.dynamodb import table_env
from local.loader import synthetic
from tests.conftest import reset_client
from tests.local.cli.conftest import ELM, ELM_AGAIN, HEADER, OAK, Load, dump
from tests.local.server_fixture import LocalServer

ELM_AT = DateTime("2014-10-13T00:00:00.000Z")
ELM_ID = synthetic.property_id("7129300520", ELM_AT)
ADA = ID("ada")


def elm() -> Property:
    home = properties.with_images(ELM_ID)
    assert home
    return home


def test_a_sale_becomes_an_active_property_created_at_its_date(load_rows: Load) -> None:
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


def test_the_id_of_a_property_sorts_by_the_date_of_its_sale(load_rows: Load) -> None:
    assert ELM_ID.startswith(clock.uuid7(ELM_AT)[:13])
    assert ELM_ID[14] == "7"


def test_a_property_gets_its_listing_ownership_owner_images_and_event(load_rows: Load) -> None:
    load_rows(ELM)
    home, items_before = elm(), dump()
    card = listings.listing_of(home)
    assert card and items_before[keys.listing("98178", ELM_ID)] == listings.to_item(card)
    assert items_before[keys.ownership(home.owner_id, ELM_ID)] == properties.ownership_item(home)
    assert [user.property_count for user in users.by_ids([home.owner_id]) if user] == [1]
    assert 1 <= len(home.images or ()) <= 6
    assert [event.kind for event in history.of_property(ELM_ID, 10, None).nodes] == [HistoryKind.CREATED]


def test_loaded_items_are_consistent(load_rows: Load) -> None:
    load_rows(ELM, OAK, ELM_AGAIN)
    assert list(verify.find_inconsistencies()) == []


def test_a_property_sold_twice_has_its_earlier_price_in_its_history(load_rows: Load) -> None:
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
    expected = "2 properties: 0 written, 2 already in the table, 0 deleted earlier; 0 invalid rows"
    assert expected in capsys.readouterr().out


def test_an_edited_property_is_never_overwritten(load_rows: Load) -> None:
    load_rows(ELM)
    properties.update(elm(), {"price": 5.0, "zip_code": "10001"}, 1, ADA)
    before = dump()
    assert load_rows(ELM, ELM_AGAIN) == 0
    assert dump() == before


def test_a_deleted_property_stays_deleted(load_rows: Load) -> None:
    load_rows(ELM)
    properties.delete(elm(), 1, ADA)
    before = dump()
    assert load_rows(ELM) == 0
    assert dump() == before


def test_an_edited_profile_keeps_its_name_and_gets_its_property_count(load_rows: Load) -> None:
    owner = synthetic.owner(synthetic.owner_number("7129300520"))
    users.update(owner, {"name": "Somebody else"})
    load_rows(ELM)
    profile = users.by_id(owner.id)
    assert profile and (profile.name, profile.property_count) == ("Somebody else", 1)


def test_a_property_that_was_not_loaded_is_counted_too(load_rows: Load) -> None:
    owner = synthetic.owner(synthetic.owner_number("7129300520"))
    load_rows(ELM)
    property_ = Property(**vars(elm()) | {"id": ID("by-hand"), "version": 1, "image_ids": (), "images": None})
    properties.create(property_, owner.id, owner, None)
    load_rows(ELM)
    assert [user.property_count for user in users.by_ids([owner.id]) if user] == [2]


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
def test_an_invalid_row_is_reported_with_its_line_and_the_rest_is_loaded(
    load_rows: Load, capsys: pytest.CaptureFixture[str], row: str, why: str
) -> None:
    assert load_rows(row, OAK) == 1
    output = capsys.readouterr()
    assert f"line 2: {why}" in output.err
    assert "1 properties: 1 written, 0 already in the table, 0 deleted earlier; 1 invalid rows" in output.out
    assert [item["zip_code"] for item in dump().values() if item["sk"] == "METADATA"] == ["98125"]


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (HEADER.replace(",price", ""), "sales.csv lacks the column price"),
        (HEADER.replace("id,date", "x,y"), "sales.csv lacks the columns id, date"),
        ("", "is empty: its first line must name the columns"),
    ],
)
def test_a_file_that_is_not_a_file_of_sales_is_an_error(
    load_rows: Load, capsys: pytest.CaptureFixture[str], header: str, why: str
) -> None:
    assert load_rows(ELM, header=header) == 2
    assert why in capsys.readouterr().err
    assert dump() == {}


def test_columns_may_be_in_any_order_among_others(load_rows: Load) -> None:
    columns = dict(zip(HEADER.split(","), ELM.split(","), strict=True)) | {"waterfront": "0"}
    assert load_rows(",".join(reversed(columns.values())), header=",".join(reversed(columns))) == 0
    assert elm().price == 221900


def test_a_missing_file_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert load.main([str(tmp_path / "nothing.csv")]) == 2
    assert capsys.readouterr().err == f"{tmp_path / 'nothing.csv'}: No such file or directory\n"


def test_the_error_without_a_table_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sales.csv").write_text(f"{HEADER}\n{ELM}\n")
    monkeypatch.setenv("PORT", "1")
    assert load.main([str(tmp_path / "sales.csv")]) == 2
    assert capsys.readouterr().err == table_env.NO_TABLE.format(port=1) + "\n"


@pytest.mark.process
def test_a_load_into_a_folder_needs_no_server_and_persists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    (tmp_path / "sales.csv").write_text(f"{HEADER}\n{ELM}\n")
    monkeypatch.setenv("DATA", str(tmp_path / "data"))
    for _ in range(2):
        reset_client()
        assert load.main([str(tmp_path / "sales.csv")]) == 0
    reset_client()
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("1 properties: 1 written, 0 already in the table")
    assert second.startswith("1 properties: 0 written, 1 already in the table")


def test_a_load_writes_to_the_server_at_port(
    server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    (tmp_path / "sales.csv").write_text(f"{HEADER}\n{ELM}\n")
    monkeypatch.setenv("PORT", server.url.rpartition(":")[2])
    reset_client()
    assert load.main([str(tmp_path / "sales.csv")]) == 0
    reset_client()
    response = server.execute("query($id: ID!) { property(id: $id) { price images { url } } }", id=ELM_ID)
    assert response.data["property"]["price"] == 221900.0
