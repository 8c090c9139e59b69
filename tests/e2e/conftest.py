"""The deployed stage of a run, and the desk that stands where AppSync does in front of its functions."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from local import server
from local.app import Place
from local.app import app as application
from local.appsync.engine import AppSync
from local.auth.issuer import Issuer
from local.auth.sigv4 import Iam
from local.aws import REGION
from local.dynamodb import engine
from tests.e2e import deployment, ministack
from tests.e2e.deployment import Deployment
from tests.e2e.functions import Deployed
from tests.e2e.ministack import CREDENTIALS, Account
from tests.e2e.users import People
from tests.local.server_fixture import Asked, served
from tests.local.test_server import free_port


class Desk(Asked):
    """A desk whose functions are the stage's, and whose users are its pool's."""

    def __init__(self, url: str, appsync: AppSync, functions: Deployed, people: People) -> None:
        super().__init__(url, appsync)
        self.functions = functions
        self.people = people

    def token(self, user: str, groups: Sequence[str] = ()) -> str:
        return self.people.token(user)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cloud")


@pytest.fixture(scope="session")
def account(folder: Path) -> Iterator[Account]:
    with ministack.running(folder) as running:
        yield running


@pytest.fixture(scope="session")
def desk_url() -> str:
    """The desk's address, known before the stage is deployed: its function `changes` is told of it."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def stage(account: Account, folder: Path, desk_url: str) -> Deployment:
    return deployment.deployed(account, folder, f"{desk_url}/graphql")


@pytest.fixture(scope="session")
def people(stage: Deployment, folder: Path) -> People:
    """Ada and Olga, and Root, who is an admin."""
    people = People(stage, folder)
    people.sign_in("ada", "olga", "root")
    people.promote("root")
    people.sign_in("root")
    return people


@pytest.fixture(scope="session")
def desk(stage: Deployment, people: People, folder: Path, desk_url: str) -> Iterator[Desk]:
    (folder / "iam.json").write_text(json.dumps(CREDENTIALS))  # what MiniStack's functions sign with
    functions = Deployed(stage.account, stage.functions)
    place = Place(Issuer(desk_url), Iam(folder))
    environment = engine.environment(stage.account.url, stage.outputs["TableName"])
    with pytest.MonkeyPatch.context() as patch, server.listening(int(desk_url.rpartition(":")[2])) as taken:
        pool = f"https://cognito-idp.{REGION}.amazonaws.com/{stage.outputs['UserPool']}"
        patch.setenv("COGNITO_ISSUER", pool)
        patch.setenv("COGNITO_CLIENT_ID", stage.outputs["WebClient"])
        patch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", stage.account.url)
        app = application(environment, place, elsewhere=functions)
        with served(app, place, taken):
            desk = Desk(desk_url, app.state.appsync, functions, people)
            yield desk
            desk.http.close()
