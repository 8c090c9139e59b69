"""The functions of the desk's account, and what each reads of its environment."""

from collections.abc import Callable

from local.auth import claims
from local.lambdas.pool import Function, FunctionCode
from local.paths import ROOT
from resolvers.wiring import FIELDS, LIMITS

CODE = FunctionCode(ROOT, ("data", "resolvers"), instrumentation="data.dynamodb.table")
ENTRY = "resolvers.runtime.handler"


def account(
    environment: dict[str, str],
    backend: dict[str, str],
    issuers: dict[str, str],
    function: Callable[..., Function] = Function,
) -> list[Function]:
    """One function for each module that the wiring names, the one that the table's stream calls, and those of REST.

    `environment` leads to the table; `backend` is where the stream's function publishes, and how it signs; `issuers`
    says whose tokens the authorizer takes; `function` makes each of its name, environment and entry.
    """
    told = quiet(environment)
    names = {row.function for row in FIELDS if not row.local}
    beside = {"stream": backend, "rest": {}, "authorizer": issuers}
    return [
        *(function(name, told, ENTRY, CODE, LIMITS) for name in sorted(names)),
        *(function(name, told | own, f"resolvers.{name}", CODE, LIMITS) for name, own in beside.items()),
    ]


def quiet(environment: dict[str, str]) -> dict[str, str]:
    """The functions' environment: on the desk their log tells what goes wrong, and no metrics.

    Groups are where the desk's own issuer writes them.
    """
    return {
        **environment,
        "GROUPS_CLAIM": claims.groups_claim(),
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_LOG_LEVEL": "WARNING",
    }
