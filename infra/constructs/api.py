"""The GraphQL API, from `schema.graphql` and the wiring: one resolver a row, one data source a function."""

from aws_cdk import CfnResource, Duration, RemovalPolicy
from aws_cdk import aws_appsync as appsync
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.build import package, sdl
from infra.build.package import ROOT
from infra.constructs.functions import LOGS, Functions
from infra.constructs.table import Table
from infra.stages import FUNCTIONS, Issuer, Stage
from infra.suppressions import accept
from resolvers.field_config import IAM, Cache, Evict, Field
from resolvers.wiring import FIELDS, LIMITS, ROWS

HERE = ROOT / "infra" / "js"
SCHEMA = ROOT / "schema.graphql"
EVICTIONS = "  /* evictions */\n"
ACCEPTED = {"AwsSolutions::AwsSolutions-ASC3": "Requests are logged without their headers, which hold tokens"}
CACHE_SECONDS = 60  # of what has no seconds of its own: nothing, where each resolver says what is kept


class Api(Construct):
    """The API of a stage, as `graphql`, with the functions that answer it."""

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
        self.graphql = appsync.GraphqlApi(
            self,
            "GraphQL",
            name=f"homes-{stage.name}",
            definition=schema(stage),
            authorization_config=appsync.AuthorizationConfig(
                default_authorization=signed_in(stage, pool),
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
        self.log(stage)
        sources = {name: self.source(name, self.function(name, functions, table)) for name in FUNCTIONS}
        nowhere = self.graphql.add_none_data_source("Nowhere", name="nowhere")
        for row in FIELDS:
            if row.parent != "Subscription":  # AppSync needs no resolver to let somebody follow
                self.resolve(row, nowhere if row.local else sources[row.function], cached=stage.cache is not None)
        if stage.cache:
            cache(self, self.graphql, stage.cache)

    def log(self, stage: Stage) -> None:
        """Errors by field, without headers: those hold tokens. CDK's own way brings a function to set the days."""
        role = iam.Role(self, "Logger", assumed_by=iam.ServicePrincipal("appsync.amazonaws.com"))
        group = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/appsync/apis/{self.graphql.api_id}",
            retention=stage.log_days,
            removal_policy=RemovalPolicy.DESTROY,
        )
        group.grant_write(role)
        accept(group, LOGS)
        accept(self.graphql, ACCEPTED)
        api = self.graphql.node.default_child
        assert isinstance(api, appsync.CfnGraphQLApi)
        api.log_config = appsync.CfnGraphQLApi.LogConfigProperty(
            cloud_watch_logs_role_arn=role.role_arn, field_log_level=stage.log_level.value, exclude_verbose_content=True
        )

    def function(self, name: str, functions: Functions, table: Table) -> lambda_.Alias:
        """A function; it may write only if it answers a mutation."""
        alias = functions.add(name)
        table.grant(alias, writes=any(row.function == name and row.parent == "Mutation" for row in FIELDS))
        return alias

    def source(self, name: str, alias: lambda_.Alias) -> appsync.LambdaDataSource:
        return self.graphql.add_lambda_data_source(name.capitalize(), alias, name=name)

    def resolve(self, row: Field, source: appsync.BaseDataSource, *, cached: bool) -> None:
        """The resolver of a row. A root field has a handler in JavaScript; a batched one is its function's alone.

        Its logical id is made of the field alone: whatever moves, CloudFormation never makes a second one for it.
        """
        handled = None if row.batch else code(row, cached=cached)
        kept = row.cache if cached else None
        name = f"{row.parent}{row.name[0].upper()}{row.name[1:]}"
        resolver = self.graphql.create_resolver(
            name,
            data_source=source,
            type_name=row.parent,
            field_name=row.name,
            max_batch_size=row.batch.size if row.batch else None,
            caching_config=caching(kept) if kept else None,
            code=appsync.Code.from_inline(handled) if handled else None,
            runtime=appsync.FunctionRuntime.JS_1_0_0 if handled else None,
        )
        child = resolver.node.default_child
        assert isinstance(child, CfnResource)
        child.override_logical_id(f"{name}Resolver")

    @property
    def realtime_url(self) -> str:
        """Where subscribers connect. https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html"""
        api = self.graphql.node.default_child
        assert isinstance(api, appsync.CfnGraphQLApi)
        return api.attr_realtime_url

    def allow_publishing(self, grantee: iam.IGrantable) -> None:
        """Lets somebody call what is the backend's alone."""
        for row in FIELDS:
            if row.who == (IAM,):
                self.graphql.grant_mutation(grantee, row.name)


def schema(stage: Stage) -> appsync.Definition:
    """`schema.graphql`, as AppSync takes it on a stage."""
    text = sdl.for_appsync(SCHEMA.read_text(), (stage.auth.mode, IAM))
    file = package.BUILT / f"{stage.auth.mode.directive}.graphql"
    file.write_text(text)
    return appsync.Definition.from_file(str(file))


def signed_in(stage: Stage, pool: cognito.IUserPool | None) -> appsync.AuthorizationMode:
    if isinstance(stage.auth, Issuer):
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


def caching(kept: Cache) -> appsync.CachingConfig:
    keys = [f"$context.{path}" for path in kept.by]
    return appsync.CachingConfig(ttl=Duration.seconds(kept.seconds), caching_keys=keys)


def code(row: Field, *, cached: bool) -> str:
    """The handler of a row, with what the row makes stale written into it."""
    text = (HERE / ("none.js" if row.local else "handler.js")).read_text()
    lines = "".join(map(evicting, row.evicts)) if cached else ""
    if not lines:
        text = text.replace("import { util, extensions }", "import { util }")
    return text.replace(EVICTIONS, lines)


def evicting(evict: Evict) -> str:
    """The statement that evicts: all keys that the cached row has, in its order."""
    kept = ROWS[evict.field].cache
    assert kept
    keys = ", ".join(f"'context.{path}': ctx.{evict.keys[path]}" for path in kept.by)
    type, _, field = evict.field.partition(".")
    return f"  extensions.evictFromApiCache('{type}', '{field}', {{ {keys} }});\n"


def cache(scope: Construct, api: appsync.GraphqlApi, size: str) -> CfnResource:
    """Without it, what resolvers say of caching means nothing.

    https://docs.aws.amazon.com/appsync/latest/devguide/enabling-caching.html
    """
    return appsync.CfnApiCache(
        scope,
        "Cache",
        api_id=api.api_id,
        type=size,
        api_caching_behavior="PER_RESOLVER_CACHING",
        ttl=CACHE_SECONDS,
        at_rest_encryption_enabled=True,
        transit_encryption_enabled=True,
        health_metrics_config="ENABLED",
    )
