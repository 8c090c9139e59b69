"""The Amplify configuration of a deployed stage."""

import json
import subprocess
import sys
from pathlib import Path

from infra.outputs import amplify
from local.paths import ROOT

POOL_OUTPUTS = {
    "Endpoint": "https://abc.appsync-api.us-east-1.amazonaws.com/graphql",
    "RealtimeEndpoint": "wss://abc.appsync-realtime-api.us-east-1.amazonaws.com/graphql",
    "Region": "us-east-1",
    "TableName": "homes",
    "UserPool": "us-east-1_abc",
    "WebClient": "web1",
    "IosClient": "ios1",
    "AndroidClient": "android1",
    "SignIn": "homes-dev-1.auth.us-east-1.amazoncognito.com",
    "WebApp": "https://homes.example.com/",
    "Scopes": "openid email profile",
}


def test_a_stage_with_a_pool_has_the_url_and_the_pool() -> None:
    config = amplify(POOL_OUTPUTS)
    assert config["data"] == {
        "url": POOL_OUTPUTS["Endpoint"],
        "aws_region": "us-east-1",
        "default_authorization_type": "AMAZON_COGNITO_USER_POOLS",
        "authorization_types": [],
    }
    assert (config["auth"]["user_pool_id"], config["auth"]["user_pool_client_id"]) == ("us-east-1_abc", "web1")


def test_the_web_app_uses_the_code_flow_at_the_domain_of_the_pool() -> None:
    assert amplify(POOL_OUTPUTS)["auth"]["oauth"] == {
        "identity_providers": [],
        "domain": "homes-dev-1.auth.us-east-1.amazoncognito.com",
        "scopes": ["openid", "email", "profile"],
        "redirect_sign_in_uri": ["https://homes.example.com/"],
        "redirect_sign_out_uri": ["https://homes.example.com/"],
        "response_type": "code",
    }


def test_the_real_time_url_and_all_client_ids_are_in_custom() -> None:
    assert amplify(POOL_OUTPUTS)["custom"] == {
        "realtime_url": POOL_OUTPUTS["RealtimeEndpoint"],
        "user_pool_client_ids": {"web": "web1", "ios": "ios1", "android": "android1"},
    }


def test_each_client_gets_its_own_id() -> None:
    ids = [amplify(POOL_OUTPUTS, client)["auth"]["user_pool_client_id"] for client in ("Web", "Ios", "Android")]
    assert ids == ["web1", "ios1", "android1"]


def test_a_stage_with_an_oidc_issuer_has_no_pool() -> None:
    config = amplify({name: POOL_OUTPUTS[name] for name in ("Endpoint", "RealtimeEndpoint", "Region")})
    assert "auth" not in config
    assert config["custom"] == {"realtime_url": POOL_OUTPUTS["RealtimeEndpoint"], "user_pool_client_ids": {}}
    assert config["data"]["default_authorization_type"] == "OPENID_CONNECT"


def test_the_command_writes_the_file_of_amplify(tmp_path: Path) -> None:
    (tmp_path / "outputs.json").write_text(json.dumps({"Homes-dev": POOL_OUTPUTS}))
    command = [sys.executable, "-m", "infra.outputs", str(tmp_path / "outputs.json"), str(tmp_path / "amplify.json")]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    assert output.splitlines()[:2] == [POOL_OUTPUTS["Endpoint"], POOL_OUTPUTS["RealtimeEndpoint"]]
    assert json.loads((tmp_path / "amplify.json").read_text()) == amplify(POOL_OUTPUTS)
