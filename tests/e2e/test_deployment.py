"""The stage as it stands in the account: all that the template names, and functions that are what is shipped."""

import base64
import hashlib
import io
import json
import time
import zipfile
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from infra.build import package
from infra.build.package import HOST
from resolvers.wiring import FIELDS
from tests.e2e import deployment
from tests.e2e.deployment import Deployment
from tests.e2e.differences import LEFT_OUT, OTHERWISE, REST, Refused
from tests.e2e.ministack import Account


def test_every_resource_of_the_template_is_there(stage: Deployment, folder: Path) -> None:
    template = json.loads((folder / "cdk.out" / f"Homes-{deployment.STAGE}.template.json").read_text())
    assert set(template["Resources"]) == set(stage.resources)


def test_every_field_of_the_wiring_has_its_resolver(stage: Deployment) -> None:
    appsync = stage.account.client("appsync")
    (api,) = appsync.list_graphql_apis()["graphqlApis"]
    found = {
        f"{one['typeName']}.{one['fieldName']}"
        for type in sorted({row.parent for row in FIELDS})
        for one in appsync.list_resolvers(apiId=api["apiId"], typeName=type)["resolvers"]
    }
    assert found == {f"{row.parent}.{row.name}" for row in FIELDS if row.parent != "Subscription"}


def test_what_is_deployed_is_the_very_package(stage: Deployment) -> None:
    """Byte for byte: the zip that Lambda hands out holds the files of the package, and none else."""
    location = stage.account.client("lambda").get_function(FunctionName=stage.functions["listings"])["Code"]["Location"]
    with build_opener(ProxyHandler({})).open(location, timeout=30) as answer:
        held = zipfile.ZipFile(io.BytesIO(answer.read()))
    digests = {name: digest(held.read(name)) for name in held.namelist() if not name.endswith("/")}
    built = package.functions(HOST)
    files = [file for file in built.rglob("*") if file.is_file()]
    assert digests == {str(file.relative_to(built)): digest(file.read_bytes()) for file in files}


def digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_the_functions_run_on_this_machine_and_say_so(stage: Deployment) -> None:
    told = stage.account.client("lambda").get_function_configuration(FunctionName=stage.functions["users"])
    assert (told["Runtime"], told["Architectures"]) == (f"python{HOST.python}", [HOST.architecture])


def test_the_table_has_the_indexes_and_the_stream_that_it_is_to_have(stage: Deployment) -> None:
    table = stage.account.client("dynamodb").describe_table(TableName=stage.outputs["TableName"])["Table"]
    assert sorted(index["IndexName"] for index in table["GlobalSecondaryIndexes"]) == ["by_price", "inverse"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_what_is_left_out_is_as_long_a_list_as_was_looked_at() -> None:
    assert (len(LEFT_OUT), len(OTHERWISE), len(REST)) == (4, 7, 3)


@pytest.mark.parametrize("path", LEFT_OUT)
def test_what_is_left_out_is_refused_in_those_very_words(path: str, account: Account) -> None:
    assert LEFT_OUT[path].words in refusal(account, LEFT_OUT[path])


def refusal(account: Account, refused: Refused) -> str:
    """What CloudFormation says of a stack that cannot be made."""
    formation, name = account.client("cloudformation"), "refused"
    template = {"Resources": {"Alone": refused.resource}, "Outputs": refused.outputs}
    try:
        formation.create_stack(StackName=name, TemplateBody=json.dumps(template))
        until = time.monotonic() + 30
        while formation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"].endswith("IN_PROGRESS"):
            assert time.monotonic() < until
            time.sleep(0.1)
        events = formation.describe_stack_events(StackName=name)["StackEvents"]
        return "\n".join(event.get("ResourceStatusReason", "") for event in events)
    except formation.exceptions.ClientError as error:
        return str(error)
    finally:
        formation.delete_stack(StackName=name)
