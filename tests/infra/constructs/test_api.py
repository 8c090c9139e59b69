"""The GraphQL API has the resolvers, data sources and limits of the wiring."""

import json
from typing import Any

import pytest

from infra.stages import FUNCTIONS, STAGES
from resolvers.field_config import FieldConfig
from resolvers.wiring import FIELDS, LIMITS
from tests.infra import templates

RESOLVER = "AWS::AppSync::Resolver"
RESOLVED_FIELDS = [field for field in FIELDS if field.parent != "Subscription"]


def logical_id(field: FieldConfig) -> str:
    return f"{field.parent}{field.name[0].upper()}{field.name[1:]}Resolver"


def caching_config(field: FieldConfig) -> dict[str, Any] | None:
    cache = field.cache
    return {"Ttl": cache.seconds, "CachingKeys": [f"$context.{path}" for path in cache.keys]} if cache else None


@pytest.mark.parametrize("stage", STAGES)
def test_the_stage_has_a_resolver_for_each_field_and_no_other(stage: str) -> None:
    assert sorted(templates.of_stage(stage).resources(RESOLVER)) == sorted(map(logical_id, RESOLVED_FIELDS))


def actual_resolver(resolver: dict[str, Any]) -> dict[str, Any]:
    """The resolver of a template, without its code and without the ids of other resources."""
    properties = {
        name: value for name, value in resolver["Properties"].items() if name not in ("ApiId", "Code", "Runtime")
    }
    return properties | {
        "has code": ("Code" in resolver["Properties"], "Runtime" in resolver["Properties"]),
        "depends on the schema": any("Schema" in dependency for dependency in resolver["DependsOn"]),
    }


def expected_resolver(field: FieldConfig, stage: str) -> dict[str, Any]:
    """The expected properties of a field's resolver."""
    properties = {
        "TypeName": field.parent,
        "FieldName": field.name,
        "Kind": "UNIT",
        "DataSourceName": "none" if field.none_data_source else field.function,
        "MaxBatchSize": field.batch.size if field.batch else None,
        "CachingConfig": caching_config(field) if STAGES[stage].cache else None,
        "has code": (field.batch is None, field.batch is None),
        "depends on the schema": True,
    }
    return {name: value for name, value in properties.items() if value is not None}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_each_resolver_has_the_settings_of_its_field(stage: str) -> None:
    resolvers = templates.of_stage(stage).resources(RESOLVER)
    assert {field.path: actual_resolver(resolvers[logical_id(field)]) for field in RESOLVED_FIELDS} == {
        field.path: expected_resolver(field, stage) for field in RESOLVED_FIELDS
    }


@pytest.mark.parametrize("stage", STAGES)
def test_only_stages_with_a_cache_evict_entries(stage: str) -> None:
    stack = templates.of_stage(stage)
    evicting = [resource for resource in stack.properties(RESOLVER) if "evictFromApiCache" in resource.get("Code", "")]
    assert len(evicting) == (len([field for field in FIELDS if field.evictions]) if STAGES[stage].cache else 0)
    assert [resource["Type"] for resource in stack.properties("AWS::AppSync::ApiCache")] == [
        size for size in [STAGES[stage].cache] if size
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_each_data_source_invokes_the_alias_of_its_function(stage: str) -> None:
    sources = {source["Name"]: source for source in templates.of_stage(stage).properties("AWS::AppSync::DataSource")}
    assert sorted(sources) == sorted(["none", *FUNCTIONS])
    for name in FUNCTIONS:
        alias_id = sources[name]["LambdaConfig"]["LambdaFunctionArn"]["Ref"]
        alias = templates.of_stage(stage).resources("AWS::Lambda::Alias")[alias_id]["Properties"]
        assert alias["Name"] == "live"


@pytest.mark.parametrize("stage", STAGES)
def test_the_limits_are_those_of_the_wiring(stage: str) -> None:
    api = templates.of_stage(stage).only_properties("AWS::AppSync::GraphQLApi")
    assert (api["QueryDepthLimit"], api["ResolverCountLimit"]) == (LIMITS.depth, LIMITS.resolvers)


def test_prod_hides_its_schema_and_no_stage_logs_headers() -> None:
    apis = {name: templates.of_stage(name).only_properties("AWS::AppSync::GraphQLApi") for name in STAGES}
    assert {name: api["IntrospectionConfig"] for name, api in apis.items()} == {
        "dev": "ENABLED",
        "staging": "ENABLED",
        "prod": "DISABLED",
    }
    assert all(api["LogConfig"]["ExcludeVerboseContent"] and api["XrayEnabled"] for api in apis.values())


def test_users_sign_in_by_cognito_and_the_backend_by_iam() -> None:
    api = templates.of_stage("dev").only_properties("AWS::AppSync::GraphQLApi")
    assert api["AuthenticationType"] == "AMAZON_COGNITO_USER_POOLS"
    assert api["AdditionalAuthenticationProviders"] == [{"AuthenticationType": "AWS_IAM"}]
    assert api["UserPoolConfig"]["DefaultAction"] == "ALLOW"


def test_only_the_stream_function_may_publish() -> None:
    stack = templates.of_stage("dev")
    published = [resource.rpartition("/")[2] for resource in stack.allowed_actions("stream")["appsync:GraphQL"]]
    assert [field.strip("']}") for field in published] == ["publishPropertyChange", "publishZipChange"]
    assert not [name for name in FUNCTIONS if "appsync:GraphQL" in stack.allowed_actions(name)]


@pytest.mark.parametrize("stage", STAGES)
def test_each_template_is_within_the_limits_of_cloudformation(stage: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
    template: dict[str, Any] = templates.of_stage(stage).template
    assert len(template["Resources"]) < 500
    assert len(json.dumps(template)) < 1_000_000
