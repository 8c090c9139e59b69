"""The checks of open questions about AppSync that need a property."""

from collections.abc import Iterator

from conformance.contract import ASSUMPTIONS, LIMITS
from conformance.expected_response import OK, ExpectedResponse, variable_error
from conformance.finding import ConformanceFinding
from conformance.questions import query_check
from conformance.sample_properties import ADD_IMAGE, UPDATE, SampleProperties


def check_property_questions(samples: SampleProperties) -> Iterator[ConformanceFinding]:
    """Runs the checks on a new property."""
    property_id = samples.create().id
    message = ASSUMPTIONS["DEPTH_TEXT"].format(limit=LIMITS["depth"])
    too_deep = ExpectedResponse(errors=((ASSUMPTIONS["DEPTH_TYPE"], message),))
    for question in ("DEPTH_TYPE", "DEPTH_TEXT"):
        yield query_check(question, deep_query(), too_deep).run(samples.client)
    yield check_empty_eviction(samples, property_id)
    double_slash = "https://example.com/a//b"
    type_name = ASSUMPTIONS["SCALAR_NAMES"]["AWSURL"]
    not_url = variable_error("url", f"Unable to parse `{double_slash}` as a valid {type_name}.")
    for url, expected in (("https://example.blog/a", OK), (double_slash, not_url)):
        check = query_check("Which web addresses does AWSURL accept?", ADD_IMAGE, expected, id=property_id, url=url)
        yield check.run(samples.client)


def check_empty_eviction(samples: SampleProperties, id: str) -> ConformanceFinding:
    """Changes a property twice without a read in between, so that the second eviction finds nothing in the cache.

    A stage without a cache reports no evictions and rightly differs.
    """
    version = (samples.change_price(id).data.get("updateProperty") or {}).get("version")
    question = "What does `evictFromApiCache` report if there is nothing to evict?"
    no_deletion = ExpectedResponse(extensions=(("apiCacheEntriesDeleted", 0),))
    check = query_check(question, UPDATE, no_deletion, id=id, version=version, input={"price": 2})
    return check.run(samples.client)


def deep_query() -> str:
    """A query that exceeds the depth limit. Each level reads one property."""
    levels = LIMITS["depth"] // 3 + 2
    return f"{{ me {'{ properties(first: 1) { nodes { owner ' * levels}{{ id }}{' } } }' * levels} }}"
