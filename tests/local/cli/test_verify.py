"""`make verify`: the tables that it reads, local ones and in AWS, and the confirmation of a repair."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data import keys, users
from data.dynamodb import table as the_table
from data.dynamodb.requests import Item
from data.records import ID, User
from local.cli import verify
from local.dynamodb import engine as dynamodb
from tests.conftest import reset_client

ADA = User(id=ID("ada"), name="Ada", property_count=7)
REPORT = "USER#ada PROFILE: counts 7 properties but owns 0"

Verify = Callable[..., int]


@pytest.fixture
def inconsistent_table(table: str) -> str:
    """The name of a table with a user whose count is wrong."""
    the_table.put_many([users.to_item(ADA)])
    return table


def stored_count() -> object:
    item: Item | None = the_table.get(keys.user(ADA.id), consistent=True)
    return item and item["property_count"]


def no_question(prompt: str) -> str:
    raise AssertionError(f"unexpected question: {prompt}")


def test_a_consistent_table_ends_with_0(
    table: str, engine: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DYNAMODB_ENDPOINT", engine)
    assert verify.main([]) == 0
    assert capsys.readouterr().out == "0 items: no inconsistency\n"


@pytest.mark.parametrize(
    ("arguments", "status", "count", "report"),
    [
        ([], 1, 7, "1 items: 1 inconsistencies, 0 repaired\n"),
        (["--repair=0"], 1, 7, "1 items: 1 inconsistencies, 0 repaired\n"),
        (["--repair="], 1, 7, "1 items: 1 inconsistencies, 0 repaired\n"),
        (["--repair=1"], 0, 0, "1 items: 1 inconsistencies, 1 repaired\n"),
        (["--repair"], 0, 0, "1 items: 1 inconsistencies, 1 repaired\n"),
    ],
)
def test_an_inconsistency_is_reported_and_repaired_on_request(
    inconsistent_table: str,
    engine: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    count: int,
    report: str,
) -> None:
    monkeypatch.setenv("DYNAMODB_ENDPOINT", engine)
    assert verify.main(arguments, no_question) == status
    assert (stored_count(), REPORT in (printed := capsys.readouterr().out), printed.endswith(report)) == (
        count,
        True,
        True,
    )


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_without_a_table_is_an_error_and_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], exists: bool
) -> None:
    folder = tmp_path / "data"
    if exists:
        folder.mkdir()
    monkeypatch.setenv("DATA", str(folder))
    assert verify.main([]) == 2
    sentence = f"the folder {folder} has no table: set DATA to a folder of `make run` or `make load`\n"
    assert capsys.readouterr() == ("", sentence)
    assert [*tmp_path.rglob("*")] == ([folder] if exists else [])


def test_an_engine_without_the_table_is_an_error(
    table: str, engine: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DYNAMODB_ENDPOINT", engine)
    monkeypatch.setenv("TABLE_NAME", f"{table}-2")
    assert verify.main([]) == 2
    assert capsys.readouterr().err == (
        f"the table {table}-2 cannot be read: An error occurred (ResourceNotFoundException) when calling the Scan "
        "operation: Cannot do operations on a non-existent table\n"
    )
    assert f"{table}-2" not in dynamodb.client(engine).list_tables(ExclusiveStartTableName=table)["TableNames"]


@pytest.mark.process
def test_a_database_without_the_table_is_an_error(
    tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with dynamodb.engine(tmp_path) as endpoint:
        dynamodb.create_table(endpoint, "another")
    monkeypatch.setenv("DATA", str(tmp_path))
    reset_client()
    assert verify.main([]) == 2
    reset_client()
    assert f"the table {table} cannot be read" in capsys.readouterr().err


def test_a_table_in_aws_is_verified_with_the_credentials_of_the_caller(
    inconsistent_table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify.main(["--table", inconsistent_table], no_question) == 1
    assert REPORT in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "status", "count"), [("the table's name", 0, 0), ("yes", 2, 7), ("", 2, 7), (EOFError, 2, 7)]
)
def test_a_repair_in_aws_needs_the_name_of_the_table(
    inconsistent_table: str,
    capsys: pytest.CaptureFixture[str],
    answer: str | type[EOFError],
    status: int,
    count: int,
) -> None:
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        if not isinstance(answer, str):
            raise answer
        return inconsistent_table if answer == "the table's name" else answer

    assert verify.main(["--table", inconsistent_table, "--repair"], ask) == status
    refusal = f"{inconsistent_table} is not repaired: REPAIR=1 needs the name of the table, or YES=1\n"
    assert (stored_count(), refusal in capsys.readouterr().err) == (count, status == 2)
    assert questions == [
        f"REPAIR=1 writes to the table {inconsistent_table} in us-east-1. Enter its name to continue: "
    ]


def test_yes_repairs_a_table_in_aws_without_a_question(inconsistent_table: str) -> None:
    assert verify.main(["--table", inconsistent_table, "--repair=1", "--yes=1"], no_question) == 0
    assert stored_count() == 0


@pytest.fixture
def no_aws_configuration(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without a region and without credentials."""
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(variable, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("no_aws_configuration")
@pytest.mark.parametrize(
    ("region", "reason"), [("", "You must specify a region"), ("eu-west-1", "Unable to locate credentials")]
)
def test_a_table_in_aws_needs_a_region_and_credentials(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], region: str, reason: str
) -> None:
    if region:
        monkeypatch.setenv("AWS_REGION", region)
    reset_client()
    assert verify.main(["--table", "homes-dev"]) == 2
    reset_client()
    sentence = f"the table homes-dev cannot be read: {reason} (set AWS_REGION, and AWS_PROFILE or other credentials)\n"
    assert capsys.readouterr() == ("", sentence)


@pytest.mark.parametrize("variable", ["DATA", "DYNAMODB_ENDPOINT"])
def test_a_table_cannot_be_both_in_aws_and_local(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str
) -> None:
    monkeypatch.setenv(variable, "/nowhere")
    assert verify.main(["--table", "homes-dev"]) == 2
    assert capsys.readouterr().err == f"TABLE names a table in AWS and {variable} a local one: omit one of them\n"


@pytest.mark.parametrize(("option", "name"), [("--repair", "REPAIR"), ("--yes", "YES")])
def test_another_value_of_a_switch_is_an_error(capsys: pytest.CaptureFixture[str], option: str, name: str) -> None:
    assert verify.main([f"{option}=maybe"]) == 2
    assert capsys.readouterr().err == f"{name} must be 0 or 1, not maybe\n"
