"""The deployed stage: all resources of the template, and the code of the package."""

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
from infra.build.package import HOST_TARGET
from resolvers.wiring import FIELDS
from tests.e2e import deployment
from tests.e2e.deployment import Deployment
from tests.e2e.differences import BEHAVIOR_DIFFERENCES, REST_DIFFERENCES, UNSUPPORTED, UnsupportedResource
from tests.e2e.ministack import Account


def test_every_resource_of_the_template_exists(stage: Deployment, folder: Path) -> None:
    template = json.loads((folder / "cdk.out" / f"Homes-{deployment.STAGE}.template.json").read_text())
    assert set(template["Resources"]) == set(stage.resources)


def test_every_field_of_the_wiring_has_its_resolver(stage: Deployment) -> None:
    appsync = stage.account.client("appsync")
    (api,) = appsync.list_graphql_apis()["graphqlApis"]
    paths = {
        f"{resolver['typeName']}.{resolver['fieldName']}"
        for type in sorted({field.parent for field in FIELDS})
        for resolver in appsync.list_resolvers(apiId=api["apiId"], typeName=type)["resolvers"]
    }
    assert paths == {f"{field.parent}.{field.name}" for field in FIELDS if field.parent != "Subscription"}


def test_the_deployed_code_is_the_package_byte_for_byte(stage: Deployment) -> None:
    """The zip archive that Lambda returns contains exactly the files of the package."""
    location = stage.account.client("lambda").get_function(FunctionName=stage.functions["listings"])["Code"]["Location"]
    with build_opener(ProxyHandler({})).open(location, timeout=30) as response:
        archive = zipfile.ZipFile(io.BytesIO(response.read()))
    digests = {name: digest(archive.read(name)) for name in archive.namelist() if not name.endswith("/")}
    built = package.functions(HOST_TARGET)
    files = [file for file in built.rglob("*") if file.is_file()]
    assert digests == {str(file.relative_to(built)): digest(file.read_bytes()) for file in files}


def digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_the_functions_have_the_runtime_of_this_machine(stage: Deployment) -> None:
    configuration = stage.account.client("lambda").get_function_configuration(FunctionName=stage.functions["users"])
    assert (configuration["Runtime"], configuration["Architectures"]) == (
        f"python{HOST_TARGET.python}",
        [HOST_TARGET.architecture],
    )


def test_the_table_has_its_indexes_and_its_stream(stage: Deployment) -> None:
    table = stage.account.client("dynamodb").describe_table(TableName=stage.outputs["TableName"])["Table"]
    assert sorted(index["IndexName"] for index in table["GlobalSecondaryIndexes"]) == ["by_price", "inverse"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_what_is_left_out_is_as_long_a_list_as_was_looked_at() -> None:
    assert (len(UNSUPPORTED), len(BEHAVIOR_DIFFERENCES), len(REST_DIFFERENCES)) == (4, 7, 3)


@pytest.mark.parametrize("path", UNSUPPORTED)
def test_each_unsupported_resource_is_rejected_with_its_message(path: str, account: Account) -> None:
    assert UNSUPPORTED[path].message in rejection_message(account, UNSUPPORTED[path])


def rejection_message(account: Account, resource: UnsupportedResource) -> str:
    """CloudFormation's messages about a stack that it cannot create."""
    formation, name = account.client("cloudformation"), "refused"
    template = {"Resources": {"Resource": resource.resource}, "Outputs": resource.outputs}
    try:
        formation.create_stack(StackName=name, TemplateBody=json.dumps(template))
        deadline = time.monotonic() + 30
        while formation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"].endswith("IN_PROGRESS"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        events = formation.describe_stack_events(StackName=name)["StackEvents"]
        return "\n".join(event.get("ResourceStatusReason", "") for event in events)
    except formation.exceptions.ClientError as error:
        return str(error)
    finally:
        formation.delete_stack(StackName=name)
