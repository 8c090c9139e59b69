"""The whole system of one stage: what there is, and who is introduced to whom."""

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.build.package import LAMBDA, Target
from infra.constructs.alarms import Alarms
from infra.constructs.api import Api
from infra.constructs.firewall import Firewall
from infra.constructs.functions import Functions
from infra.constructs.rest import Rest
from infra.constructs.rest_alarms import watch
from infra.constructs.stream import Changes
from infra.constructs.table import Table
from infra.constructs.users import Users
from infra.stages import Pool, Stage


class Homes(Stack):
    """The stack of a stage. It needs no account to be synthesised, and its functions run on `target`."""

    def __init__(self, scope: Construct, stage: Stage, *, target: Target = LAMBDA) -> None:
        super().__init__(scope, f"Homes-{stage.name}", description=f"Homes: the property-listing API ({stage.name})")
        table = Table(self, "Table", stage=stage)
        functions = Functions(self, "Functions", stage=stage, table=table, target=target)
        users = signing_up(self, stage, table, functions)
        api = Api(self, "Api", stage=stage, table=table, functions=functions, pool=users.pool if users else None)
        changes = Changes(self, "Changes", table=table, api=api, functions=functions)
        Firewall(
            self,
            "Firewall",
            resource_arn=api.graphql.arn,
            requests_in_five_minutes=stage.requests_in_five_minutes,
            signed=True,
        )
        rest = Rest(self, "Rest", stage=stage, table=table, functions=functions, users=users)
        Firewall(
            self,
            "RestFirewall",
            resource_arn=rest.api.deployment_stage.stage_arn,
            requests_in_five_minutes=stage.requests_in_five_minutes,
            signed=False,
        )
        alarms = Alarms(
            self, "Alarms", stage=stage, api=api, table=table.table, changes=changes, functions=functions.made
        )
        watch(alarms, rest)
        outputs = {
            "Endpoint": api.graphql.graphql_url,
            "RealtimeEndpoint": api.realtime_url,
            "RestEndpoint": rest.api.url,
            "Region": self.region,
            "TableName": table.table.table_name,
        }
        if users:
            clients = {f"{name.capitalize()}Client": one.user_pool_client_id for name, one in users.clients.items()}
            outputs |= {"UserPool": users.pool.user_pool_id, **clients, **users.outputs}
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)


def signing_up(scope: Construct, stage: Stage, table: Table, functions: Functions) -> Users | None:
    """The stage's own users, where it has any; whoever confirms gets a profile."""
    if not isinstance(stage.auth, Pool):
        return None
    confirmed = functions.add("post_confirmation", entry="resolvers.post_confirmation.handle", seconds=5)
    table.grant(confirmed, writes=True)
    return Users(scope, "Users", named=stage.name, auth=stage.auth, keep=stage.keep, confirmed=confirmed)
