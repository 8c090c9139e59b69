"""The Lambda functions of the local server and their environments."""

from collections.abc import Callable

from local.auth import claims
from local.lambdas.pool import FunctionCode, LambdaFunction
from local.paths import ROOT
from resolvers.wiring import FIELDS, LIMITS

CODE = FunctionCode(ROOT, ("data", "resolvers"), instrumentation="local.dynamodb.instrumentation")
ENTRY = "resolvers.runtime.handler"


def account(
    environment: dict[str, str],
    backend: dict[str, str],
    issuers: dict[str, str],
    function: Callable[..., LambdaFunction] = LambdaFunction,
) -> list[LambdaFunction]:
    """Returns one function for each module of the wiring, and the functions `stream`, `rest` and `authorizer`.

    All arguments but the last are environment variables: `environment` of the table for all functions, `backend` of
    the API to which `stream` publishes and its credentials, `issuers` of the issuers that the authorizer trusts.
    `function` creates a function from name, environment, entry module, code and limits.
    """
    base_environment = function_environment(environment)
    names = {row.function for row in FIELDS if not row.none_data_source}
    other_functions = {"stream": backend, "rest": {}, "authorizer": issuers}
    return [
        *(function(name, base_environment, ENTRY, CODE, LIMITS) for name in sorted(names)),
        *(
            function(name, base_environment | own, f"resolvers.{name}", CODE, LIMITS)
            for name, own in other_functions.items()
        ),
    ]


def function_environment(environment: dict[str, str]) -> dict[str, str]:
    """Returns the environment of all functions: they log warnings and errors and emit no metrics.

    GROUPS_CLAIM is the claim in which the local issuer writes a user's groups.
    """
    return {
        **environment,
        "GROUPS_CLAIM": claims.groups_claim(),
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_LOG_LEVEL": "WARNING",
    }
