"""What an app is told of a deployed stage."""

import json
import subprocess
import sys
from pathlib import Path

from infra.outputs import amplify
from local.paths import ROOT

OF_A_POOL = {
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


def test_a_stage_with_a_pool_tells_where_to_ask_and_where_to_sign_in() -> None:
    told = amplify(OF_A_POOL)
    assert told["data"] == {
        "url": OF_A_POOL["Endpoint"],
        "aws_region": "us-east-1",
        "default_authorization_type": "AMAZON_COGNITO_USER_POOLS",
        "authorization_types": [],
    }
    assert (told["auth"]["user_pool_id"], told["auth"]["user_pool_client_id"]) == ("us-east-1_abc", "web1")


def test_people_of_the_web_app_sign_in_by_code_at_the_pools_domain() -> None:
    assert amplify(OF_A_POOL)["auth"]["oauth"] == {
        "identity_providers": [],
        "domain": "homes-dev-1.auth.us-east-1.amazoncognito.com",
        "scopes": ["openid", "email", "profile"],
        "redirect_sign_in_uri": ["https://homes.example.com/"],
        "redirect_sign_out_uri": ["https://homes.example.com/"],
        "response_type": "code",
    }


def test_real_time_and_every_clients_id_are_told_too() -> None:
    assert amplify(OF_A_POOL)["custom"] == {
        "realtime_url": OF_A_POOL["RealtimeEndpoint"],
        "user_pool_client_ids": {"web": "web1", "ios": "ios1", "android": "android1"},
    }


def test_each_client_is_told_its_own_id() -> None:
    ids = [amplify(OF_A_POOL, client)["auth"]["user_pool_client_id"] for client in ("Web", "Ios", "Android")]
    assert ids == ["web1", "ios1", "android1"]


def test_a_stage_with_another_issuer_tells_of_no_pool() -> None:
    told = amplify({name: OF_A_POOL[name] for name in ("Endpoint", "RealtimeEndpoint", "Region")})
    assert "auth" not in told
    assert told["custom"] == {"realtime_url": OF_A_POOL["RealtimeEndpoint"], "user_pool_client_ids": {}}
    assert told["data"]["default_authorization_type"] == "OPENID_CONNECT"


def test_the_program_writes_what_amplify_reads(tmp_path: Path) -> None:
    (tmp_path / "outputs.json").write_text(json.dumps({"Homes-dev": OF_A_POOL}))
    command = [sys.executable, "-m", "infra.outputs", str(tmp_path / "outputs.json"), str(tmp_path / "amplify.json")]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    assert said.splitlines()[:2] == [OF_A_POOL["Endpoint"], OF_A_POOL["RealtimeEndpoint"]]
    assert json.loads((tmp_path / "amplify.json").read_text()) == amplify(OF_A_POOL)
