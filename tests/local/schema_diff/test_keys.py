"""The table's keys: a pattern or an index that changes strands the rows that are there."""

import pytest

from local.schema_diff import keys
from local.schema_diff.rules_beside import BESIDE
from local.schema_diff.sides import KEYS, NotReadable, Text
from local.schema_diff.source import module
from local.workers import ROOT

NOW = (ROOT / KEYS).read_text()


def ids(new: str, old: str = NOW) -> list[str]:
    return [change.id for change in keys.changes(Text("old", old), Text("new", new))]


def edited(old: str, new: str) -> str:
    assert NOW.count(old) == 1
    return NOW.replace(old, new)


def test_the_keys_as_they_are_do_not_differ_from_themselves() -> None:
    assert ids(NOW) == []


def test_each_pattern_of_the_table_is_read_without_running_its_code() -> None:
    assert sorted(keys.patterns(module(Text("keys.py", NOW)))) == [
        "IDEM#{}#{} / CREATE",
        "PROP#{} / HIST#{}#{:010d}",
        "PROP#{} / IMG#{}",
        "PROP#{} / METADATA",
        "USER#{} / PROFILE",
        "USER#{} / PROP#{}",
        "ZIP#{}",
        "ZIP#{} / PROP#{}",
    ]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('IMAGES = "IMG#"', 'IMAGES = "PIC#"', ["key-pattern-changed:image:PROP#{}/PIC#{}"]),
        ("{version:010d}", "{version:012d}", ["key-pattern-changed:event:PROP#{}/HIST#{}#{:012d}"]),
        ('METADATA = "METADATA"', 'METADATA = "META"', ["key-pattern-changed:property:PROP#{}/META"]),
        ('"CREATE")', '"MAKE")', ["key-pattern-changed:idempotency:IDEM#{}#{}/MAKE"]),
        ("def image(", "def picture(", []),
        (
            '"KEYS_ONLY")\n',
            '"ALL")\n',
            ["index-changed:INVERSE:Index('inverse',Attribute('inverse_pk'),Attribute('inverse_sk'),'ALL')"],
        ),
        (
            'Attribute("list_price", "N")',
            'Attribute("list_price")',
            ["index-changed:BY_PRICE:Index('by_price',Attribute('pk'),Attribute('list_price'),'ALL')"],
        ),
        ('Index("by_price"', 'Index("by_cost"', ["index-removed:BY_PRICE", "index-added:BY_PRICE"]),
        ('EXPIRES = "expires_at"', 'EXPIRES = "ends_at"', ["key-attribute-changed:EXPIRES:'ends_at'"]),
        ('part.partition("#")[2]', 'part.partition(":")[2]', ["key-function-changed:id_in"]),
        ("key.sk, INVERSE.sort.name: key.pk", "key.pk, INVERSE.sort.name: key.sk", ["key-function-changed:inverse"]),
        ('"""The id in a part', '"""The name in a part', []),
    ],
)
def test_a_change_of_the_keys_is_found(old: str, new: str, found: list[str]) -> None:
    assert ids(edited(old, new)) == found


def test_an_attribute_of_the_table_and_what_is_made_of_it_change_together() -> None:
    new = edited('PARTITION = Attribute("pk")', 'PARTITION = Attribute("id")')
    assert ids(new) == [
        "index-changed:BY_PRICE:Index('by_price',Attribute('id'),Attribute('list_price','N'),'ALL')",
        "key-attribute-changed:PARTITION:Attribute('id')",
    ]


def test_a_pattern_that_is_gone_strands_its_rows() -> None:
    start, end = NOW.index("def event("), NOW.index("def user(")
    (change,) = keys.changes(Text("old", NOW), Text("new", NOW[:start] + NOW[end:]))
    assert change.what == "rows under PROP#{} / HIST#{}#{:010d} are looked for no more"
    assert (change.was, change.line) == (NOW[:start].count("\n") + 1, None)


def test_what_is_new_strands_nothing() -> None:
    new = NOW + '\n\ndef tour(property_id: ID) -> Key:\n    return Key(f"{PROPERTIES}{property_id}", "TOUR")\n'
    (change,) = keys.changes(Text("old", NOW), Text("new", new))
    assert (change.id, str(BESIDE[change.kind].grade)) == ("key-pattern-added:tour", "safe")


def test_a_key_made_by_a_helper_is_the_same_key() -> None:
    new = edited('Key(f"{PROPERTIES}{id}", METADATA)', "Key(home_part(id), METADATA)")
    new += '\n\ndef home_part(id: str) -> str:\n    """The partition of a home."""\n    return PROPERTIES + id\n'
    assert [id for id in ids(new) if "property" in id] == []


def test_a_constant_that_is_made_of_itself_ends() -> None:
    text = 'A = "a"\nA = A + "b"\n\ndef key(id: str) -> Key:\n    return Key(f"{A}{id}", key(id))\n'
    assert ids(text, text) == []


def test_the_parts_of_a_key_may_be_named_in_either_order() -> None:
    new = edited('Key(f"{PROPERTIES}{id}", METADATA)', 'Key(sk=METADATA, pk=f"{PROPERTIES}{id}")')
    assert ids(new) == []


def test_what_changes_in_the_index_is_told_with_its_line() -> None:
    (change,) = keys.changes(Text("old", NOW), Text("new", edited('"KEYS_ONLY")\n', '"ALL")\n')))
    assert NOW.splitlines()[(change.line or 0) - 1].startswith("INVERSE = ")


def test_a_file_that_is_no_python_is_refused_with_its_line() -> None:
    with pytest.raises(NotReadable, match=r"^keys.py:2: "):
        list(keys.changes(Text("keys.py", "a = 1\ndef ("), Text("keys.py", NOW)))


@pytest.mark.parametrize("kind", ["key-pattern-changed", "index-changed", "index-removed", "key-attribute-changed"])
def test_what_strands_rows_is_breaking(kind: str) -> None:
    assert str(BESIDE[kind].grade) == "breaking"
