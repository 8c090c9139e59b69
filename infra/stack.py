"""The stack of one stage: creates the constructs and passes them to each other."""

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.build.package import LAMBDA_TARGET, Target
from infra.constructs.alarms import Alarms
from infra.constructs.api import Api
from infra.constructs.firewall import Firewall
from infra.constructs.functions import Functions
from infra.constructs.rest import Rest
from infra.constructs.rest_alarms import add_rest_alarms
from infra.constructs.stream import StreamConsumer
from infra.constructs.table import Table
from infra.constructs.users import Users
from infra.stages import Stage, UserPool


class Homes(Stack):
    """The stack of a stage, whose functions run on `target`. Synthesis needs no account."""

    def __init__(self, scope: Construct, stage: Stage, *, target: Target = LAMBDA_TARGET) -> None:
        super().__init__(scope, f"Homes-{stage.name}", description=f"Homes: the property-listing API ({stage.name})")
        table = Table(self, "Table", stage=stage)
        functions = Functions(self, "Functions", stage=stage, table=table, target=target)
        users = add_users(self, stage, table, functions)
        api = Api(self, "Api", stage=stage, table=table, functions=functions, pool=users.pool if users else None)
        changes = StreamConsumer(self, "Changes", table=table, api=api, functions=functions)
        Firewall(
            self,
            "Firewall",
            resource_arn=api.graphql.arn,
            requests_in_five_minutes=stage.requests_in_five_minutes,
            exempt_sigv4=True,
        )
        rest = Rest(self, "Rest", stage=stage, table=table, functions=functions, users=users)
        Firewall(
            self,
            "RestFirewall",
            resource_arn=rest.api.deployment_stage.stage_arn,
            requests_in_five_minutes=stage.requests_in_five_minutes,
            exempt_sigv4=False,
        )
        alarms = Alarms(
            self, "Alarms", stage=stage, api=api, table=table.table, changes=changes, functions=functions.aliases
        )
        add_rest_alarms(alarms, rest)
        outputs = {
            "Endpoint": api.graphql.graphql_url,
            "RealtimeEndpoint": api.realtime_url,
            "RestEndpoint": rest.api.url,
            "Region": self.region,
            "TableName": table.table.table_name,
        }
        if users:
            clients = {
                f"{name.capitalize()}Client": client.user_pool_client_id for name, client in users.clients.items()
            }
            outputs |= {"UserPool": users.pool.user_pool_id, **clients, **users.outputs}
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)


def add_users(scope: Construct, stage: Stage, table: Table, functions: Functions) -> Users | None:
    """Adds the stage's user pool, and the function that creates a profile at confirmation; None with an OIDC issuer."""
    if not isinstance(stage.auth, UserPool):
        return None
    post_confirmation = functions.add("post_confirmation", handler="resolvers.post_confirmation.handle", seconds=5)
    table.grant(post_confirmation, writes=True)
    return Users(
        scope,
        "Users",
        stage_name=stage.name,
        auth=stage.auth,
        retain_data=stage.retain_data,
        post_confirmation=post_confirmation,
    )
