"""The GraphQL API, from `schema.graphql` and the wiring: a resolver for each field, a data source for each function."""

from aws_cdk import CfnResource, Duration, RemovalPolicy
from aws_cdk import aws_appsync as appsync
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.build import package, sdl
from infra.build.package import ROOT
from infra.constructs.functions import LOG_SUPPRESSIONS, Functions
from infra.constructs.table import Table
from infra.stages import FUNCTIONS, OidcIssuer, Stage
from infra.suppressions import suppress
from resolvers.field_config import IAM, Cache, CacheEviction, FieldConfig
from resolvers.wiring import FIELD_BY_PATH, FIELDS, LIMITS

HANDLERS = ROOT / "infra" / "js"
SCHEMA = ROOT / "schema.graphql"
EVICTIONS_MARKER = "  /* evictions */\n"
SUPPRESSIONS = {"AwsSolutions::AwsSolutions-ASC3": "Requests are logged without their headers, which contain tokens"}
DEFAULT_TTL_SECONDS = 60


class Api(Construct):
    """The API of a stage, as `graphql`, with the functions of its resolvers."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: Stage,
        table: Table,
        functions: Functions,
        pool: cognito.IUserPool | None,
    ) -> None:
        super().__init__(scope, id)
        self.graphql = self.add_graphql_api(stage, pool)
        self.add_log(stage)
        self.add_resolvers(functions, table, cached=stage.cache is not None)
        if stage.cache:
            api_cache(self, self.graphql, stage.cache)

    def add_graphql_api(self, stage: Stage, pool: cognito.IUserPool | None) -> appsync.GraphqlApi:
        """Adds the API with the limits of the wiring; all its callers may also sign with IAM."""
        return appsync.GraphqlApi(
            self,
            "GraphQL",
            name=f"homes-{stage.name}",
            definition=schema_definition(stage),
            authorization_config=appsync.AuthorizationConfig(
                default_authorization=default_authorization(stage, pool),
                additional_authorization_modes=[
                    appsync.AuthorizationMode(authorization_type=appsync.AuthorizationType.IAM)
                ],
            ),
            introspection_config=(
                appsync.IntrospectionConfig.ENABLED if stage.introspection else appsync.IntrospectionConfig.DISABLED
            ),
            query_depth_limit=LIMITS.depth,
            resolver_count_limit=LIMITS.resolvers,
            xray_enabled=True,
        )

    def add_resolvers(self, functions: Functions, table: Table, *, cached: bool) -> None:
        """Adds a data source for each function, and a resolver for each field of the wiring."""
        sources = {name: self.add_data_source(name, self.add_function(name, functions, table)) for name in FUNCTIONS}
        none_source = self.graphql.add_none_data_source("None", name="none")
        for field in FIELDS:
            if field.parent != "Subscription":  # AppSync needs no resolver for a subscription
                source = none_source if field.none_data_source else sources[field.function]
                self.add_resolver(field, source, cached=cached)

    def add_log(self, stage: Stage) -> None:
        """Logs errors by field, without headers, which contain tokens.

        CDK's `log_config` is not used because it deploys a function only to set the retention.
        """
        role = iam.Role(self, "Logger", assumed_by=iam.ServicePrincipal("appsync.amazonaws.com"))
        group = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/appsync/apis/{self.graphql.api_id}",
            retention=stage.log_days,
            removal_policy=RemovalPolicy.DESTROY,
        )
        group.grant_write(role)
        suppress(group, LOG_SUPPRESSIONS)
        suppress(self.graphql, SUPPRESSIONS)
        api = self.graphql.node.default_child
        assert isinstance(api, appsync.CfnGraphQLApi)
        api.log_config = appsync.CfnGraphQLApi.LogConfigProperty(
            cloud_watch_logs_role_arn=role.role_arn, field_log_level=stage.log_level.value, exclude_verbose_content=True
        )

    def add_function(self, name: str, functions: Functions, table: Table) -> lambda_.Alias:
        """Adds a function; it may write to the table only if it resolves a mutation."""
        alias = functions.add(name)
        table.grant(alias, writes=any(field.function == name and field.parent == "Mutation" for field in FIELDS))
        return alias

    def add_data_source(self, name: str, alias: lambda_.Alias) -> appsync.LambdaDataSource:
        return self.graphql.add_lambda_data_source(name.capitalize(), alias, name=name)

    def add_resolver(self, field: FieldConfig, source: appsync.BaseDataSource, *, cached: bool) -> None:
        """Adds the resolver of a field. A root field has a JavaScript handler; a batched field invokes its function.

        The logical id contains only the field's path, so that CloudFormation never creates a second resolver for it.
        """
        handler = None if field.batch else handler_code(field, cached=cached)
        cache_config = field.cache if cached else None
        resolver_name = f"{field.parent}{field.name[0].upper()}{field.name[1:]}"
        resolver = self.graphql.create_resolver(
            resolver_name,
            data_source=source,
            type_name=field.parent,
            field_name=field.name,
            max_batch_size=field.batch.size if field.batch else None,
            caching_config=caching_config(cache_config) if cache_config else None,
            code=appsync.Code.from_inline(handler) if handler else None,
            runtime=appsync.FunctionRuntime.JS_1_0_0 if handler else None,
        )
        resource = resolver.node.default_child
        assert isinstance(resource, CfnResource)
        resource.override_logical_id(f"{resolver_name}Resolver")

    @property
    def realtime_url(self) -> str:
        """URL of the WebSocket endpoint. https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html"""
        api = self.graphql.node.default_child
        assert isinstance(api, appsync.CfnGraphQLApi)
        return api.attr_realtime_url

    def allow_publishing(self, grantee: iam.IGrantable) -> None:
        """Allows `grantee` to call the mutations whose only authorization mode is IAM."""
        for field in FIELDS:
            if field.auth_modes == (IAM,):
                self.graphql.grant_mutation(grantee, field.name)


def schema_definition(stage: Stage) -> appsync.Definition:
    """`schema.graphql` as AppSync accepts it, for the stage's authorization modes."""
    text = sdl.for_appsync(SCHEMA.read_text(), (stage.auth.mode, IAM))
    file = package.BUILD_DIRECTORY / f"{stage.auth.mode.directive}.graphql"
    file.write_text(text)
    return appsync.Definition.from_file(str(file))


def default_authorization(stage: Stage, pool: cognito.IUserPool | None) -> appsync.AuthorizationMode:
    if isinstance(stage.auth, OidcIssuer):
        return appsync.AuthorizationMode(
            authorization_type=appsync.AuthorizationType.OIDC,
            open_id_connect_config=appsync.OpenIdConnectConfig(
                oidc_provider=stage.auth.url, client_id=stage.auth.audience
            ),
        )
    assert pool
    return appsync.AuthorizationMode(
        authorization_type=appsync.AuthorizationType.USER_POOL,
        user_pool_config=appsync.UserPoolConfig(user_pool=pool),
    )


def caching_config(cache: Cache) -> appsync.CachingConfig:
    keys = [f"$context.{path}" for path in cache.keys]
    return appsync.CachingConfig(ttl=Duration.seconds(cache.seconds), caching_keys=keys)


def handler_code(field: FieldConfig, *, cached: bool) -> str:
    """The JavaScript handler of a field, with the field's cache evictions inserted."""
    text = (HANDLERS / ("none.js" if field.none_data_source else "handler.js")).read_text()
    lines = "".join(map(eviction_statement, field.evictions)) if cached else ""
    if not lines:
        text = text.replace("import { util, extensions }", "import { util }")
    return text.replace(EVICTIONS_MARKER, lines)


def eviction_statement(eviction: CacheEviction) -> str:
    """The JavaScript statement of an eviction, with all caching keys of the evicted field, in their order."""
    cache_config = FIELD_BY_PATH[eviction.field].cache
    assert cache_config
    keys = ", ".join(f"'context.{path}': ctx.{eviction.keys[path]}" for path in cache_config.keys)
    type_name, _, field_name = eviction.field.partition(".")
    return f"  extensions.evictFromApiCache('{type_name}', '{field_name}', {{ {keys} }});\n"


def api_cache(scope: Construct, api: appsync.GraphqlApi, size: str) -> CfnResource:
    """The API's cache, without which the resolvers' caching settings have no effect.

    https://docs.aws.amazon.com/appsync/latest/devguide/enabling-caching.html
    """
    return appsync.CfnApiCache(
        scope,
        "Cache",
        api_id=api.api_id,
        type=size,
        api_caching_behavior="PER_RESOLVER_CACHING",
        ttl=DEFAULT_TTL_SECONDS,
        at_rest_encryption_enabled=True,
        transit_encryption_enabled=True,
        health_metrics_config="ENABLED",
    )
