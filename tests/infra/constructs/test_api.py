"""The resolvers of the cloud are the rows of the wiring, each exactly as its row says."""

import json
from typing import Any

import pytest

from infra.stages import FUNCTIONS, STAGES
from resolvers.field_config import Field
from resolvers.wiring import FIELDS, LIMITS
from tests.infra import templates

RESOLVER = "AWS::AppSync::Resolver"
ANSWERED = [row for row in FIELDS if row.parent != "Subscription"]


def id_of(row: Field) -> str:
    return f"{row.parent}{row.name[0].upper()}{row.name[1:]}Resolver"


def kept_by(row: Field) -> dict[str, Any] | None:
    cache = row.cache
    return {"Ttl": cache.seconds, "CachingKeys": [f"$context.{path}" for path in cache.by]} if cache else None


@pytest.mark.parametrize("stage", STAGES)
def test_there_is_a_resolver_for_each_row_and_no_other(stage: str) -> None:
    assert sorted(templates.named(stage).all(RESOLVER)) == sorted(map(id_of, ANSWERED))


def of_template(resolver: dict[str, Any]) -> dict[str, Any]:
    """What a template's resolver is, but for the text of its code and the ids of other resources."""
    told = {name: value for name, value in resolver["Properties"].items() if name not in ("ApiId", "Code", "Runtime")}
    return told | {
        "has code": ("Code" in resolver["Properties"], "Runtime" in resolver["Properties"]),
        "waits for the schema": any("Schema" in needed for needed in resolver["DependsOn"]),
    }


def of_row(row: Field, stage: str) -> dict[str, Any]:
    """What a row's resolver is to be."""
    told = {
        "TypeName": row.parent,
        "FieldName": row.name,
        "Kind": "UNIT",
        "DataSourceName": "nowhere" if row.local else row.function,
        "MaxBatchSize": row.batch.size if row.batch else None,
        "CachingConfig": kept_by(row) if STAGES[stage].cache else None,
        "has code": (row.batch is None, row.batch is None),
        "waits for the schema": True,
    }
    return {name: value for name, value in told.items() if value is not None}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_a_resolver_is_what_its_row_says(stage: str) -> None:
    resolvers = templates.named(stage).all(RESOLVER)
    assert {row.path: of_template(resolvers[id_of(row)]) for row in ANSWERED} == {
        row.path: of_row(row, stage) for row in ANSWERED
    }


@pytest.mark.parametrize("stage", STAGES)
def test_only_a_stage_with_a_cache_has_one_and_evicts(stage: str) -> None:
    stack = templates.named(stage)
    evicting = [one for one in stack.properties(RESOLVER) if "evictFromApiCache" in one.get("Code", "")]
    assert len(evicting) == (len([row for row in FIELDS if row.evicts]) if STAGES[stage].cache else 0)
    assert [one["Type"] for one in stack.properties("AWS::AppSync::ApiCache")] == [
        size for size in [STAGES[stage].cache] if size
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_is_called_by_its_alias_through_one_data_source(stage: str) -> None:
    sources = {one["Name"]: one for one in templates.named(stage).properties("AWS::AppSync::DataSource")}
    assert sorted(sources) == sorted(["nowhere", *FUNCTIONS])
    for name in FUNCTIONS:
        called = sources[name]["LambdaConfig"]["LambdaFunctionArn"]["Ref"]
        alias = templates.named(stage).all("AWS::Lambda::Alias")[called]["Properties"]
        assert alias["Name"] == "live"


@pytest.mark.parametrize("stage", STAGES)
def test_the_limits_are_those_of_the_wiring(stage: str) -> None:
    api = templates.named(stage).one("AWS::AppSync::GraphQLApi")
    assert (api["QueryDepthLimit"], api["ResolverCountLimit"]) == (LIMITS.depth, LIMITS.resolvers)


def test_prod_hides_its_schema_and_no_stage_logs_headers() -> None:
    apis = {name: templates.named(name).one("AWS::AppSync::GraphQLApi") for name in STAGES}
    assert {name: api["IntrospectionConfig"] for name, api in apis.items()} == {
        "dev": "ENABLED",
        "staging": "ENABLED",
        "prod": "DISABLED",
    }
    assert all(api["LogConfig"]["ExcludeVerboseContent"] and api["XrayEnabled"] for api in apis.values())


def test_users_sign_in_by_cognito_and_the_backend_by_iam() -> None:
    api = templates.named("dev").one("AWS::AppSync::GraphQLApi")
    assert api["AuthenticationType"] == "AMAZON_COGNITO_USER_POOLS"
    assert api["AdditionalAuthenticationProviders"] == [{"AuthenticationType": "AWS_IAM"}]
    assert api["UserPoolConfig"]["DefaultAction"] == "ALLOW"


def test_only_the_streams_function_may_publish() -> None:
    stack = templates.named("dev")
    published = [resource.rpartition("/")[2] for resource in stack.allowed("stream")["appsync:GraphQL"]]
    assert [one.strip("']}") for one in published] == ["publishPropertyChange", "publishZipChange"]
    assert not [name for name in FUNCTIONS if "appsync:GraphQL" in stack.allowed(name)]


@pytest.mark.parametrize("stage", STAGES)
def test_a_template_is_taken_by_cloudformation(stage: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
    template: dict[str, Any] = templates.named(stage).template
    assert len(template["Resources"]) < 500
    assert len(json.dumps(template)) < 1_000_000
