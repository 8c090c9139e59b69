"""The cost of requests in dollars."""

from local.lambdas.pool import InvocationResult
from local.trace import pricing
from local.trace.model import REST, Trace
from resolvers.wiring import MEMORY_MB
from tests.local.server_fixture import LocalServer
from tests.local.trace.sample_traces import make_call, make_trace


def test_a_million_requests_cost_their_quantities_at_list_prices() -> None:
    calls = [make_call(read_units=4), make_call(operation="TransactWriteItems", read_units=0, write_units=10)]
    trace = make_trace(InvocationResult(None, None, calls, 1, 10.2), InvocationResult(None, None, [], 1, 20.0))
    bill = {line.price.of: (line.quantity, round(line.usd, 6)) for line in pricing.cost_per_million(trace, MEMORY_MB)}
    assert bill == {
        "AppSync queries and mutations": (1, 4.0),
        "Lambda invocations": (2, 0.4),
        "Lambda GB-seconds, arm64": (0.031 * 256 / 1024, 0.103334),
        "DynamoDB read units": (4, 0.5),
        "DynamoDB write units": (10, 6.25),
    }


def test_a_request_that_invokes_no_function_costs_the_appsync_price_only(traced_server: LocalServer) -> None:
    trace = traced_server.execute("{ nothing }").trace
    assert traced_server.http.get(f"/trace/{trace['id']}.json").json()["usdPerMillion"] == 4.0


def test_a_rest_request_costs_the_price_of_api_gateway() -> None:
    (request, *_) = pricing.cost_per_million(Trace("1", "getProperty", "GET /properties/x", "", "ada", REST), MEMORY_MB)
    assert (request.price.of, request.usd) == ("API Gateway REST requests", 3.5)
