"""The deployed stage of a test run, and the local server that replaces AppSync in front of its functions."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from local import server
from local.app import ServerIdentity
from local.app import create_app as application
from local.appsync.engine import AppSync
from local.auth.issuer import Issuer
from local.auth.sigv4 import SigV4Credentials
from local.aws import REGION
from local.dynamodb import engine
from tests.e2e import deployment, ministack
from tests.e2e.deployment import Deployment
from tests.e2e.functions import DeployedFunctions
from tests.e2e.ministack import CREDENTIALS, Account
from tests.e2e.users import PoolUsers
from tests.local.server_fixture import ServerClient, serve_app
from tests.local.test_server import free_port


class DeployedServer(ServerClient):
    """A local server that invokes the stage's functions, with the users of the stage's pool."""

    def __init__(self, url: str, appsync: AppSync, functions: DeployedFunctions, users: PoolUsers) -> None:
        super().__init__(url, appsync)
        self.functions = functions
        self.users = users

    def token(self, user: str, groups: Sequence[str] = ()) -> str:
        return self.users.token(user)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cloud")


@pytest.fixture(scope="session")
def account(folder: Path) -> Iterator[Account]:
    with ministack.run_ministack(folder) as running:
        yield running


@pytest.fixture(scope="session")
def server_url() -> str:
    """The local server's URL, chosen before the deployment because the function `stream` needs it."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def stage(account: Account, folder: Path, server_url: str) -> Deployment:
    return deployment.deploy(account, folder, f"{server_url}/graphql")


@pytest.fixture(scope="session")
def users(stage: Deployment, folder: Path) -> PoolUsers:
    """Ada, Olga, and Root, who is an admin."""
    users = PoolUsers(stage, folder)
    users.sign_in("ada", "olga", "root")
    users.promote("root")
    users.sign_in("root")
    return users


@pytest.fixture(scope="session")
def deployed_server(stage: Deployment, users: PoolUsers, folder: Path, server_url: str) -> Iterator[DeployedServer]:
    (folder / "iam.json").write_text(json.dumps(CREDENTIALS))  # MiniStack's functions sign with these
    functions = DeployedFunctions(stage.account, stage.functions)
    identity = ServerIdentity(Issuer(server_url), SigV4Credentials(folder))
    environment = engine.environment(stage.account.url, stage.outputs["TableName"])
    with pytest.MonkeyPatch.context() as patch, server.bind(int(server_url.rpartition(":")[2])) as socket:
        pool = f"https://cognito-idp.{REGION}.amazonaws.com/{stage.outputs['UserPool']}"
        patch.setenv("COGNITO_ISSUER", pool)
        patch.setenv("COGNITO_CLIENT_ID", stage.outputs["WebClient"])
        patch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", stage.account.url)
        app = application(environment, identity, remote_functions=functions)
        with serve_app(app, identity, socket):
            server_client = DeployedServer(server_url, app.state.appsync, functions, users)
            yield server_client
            server_client.http.close()
