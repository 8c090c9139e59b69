"""The open questions about AppSync that need a home to ask about."""

from collections.abc import Iterator

from conformance.expected_response import OK, Told, misfit
from conformance.finding import Finding
from conformance.questions import document
from conformance.sample_properties import PICTURE, UPDATE, Homes
from local import unconfirmed
from resolvers.wiring import LIMITS


def ask(homes: Homes) -> Iterator[Finding]:
    """Asks about a new home."""
    home = homes.make()
    too_deep = Told(errors=((unconfirmed.DEPTH_TYPE, unconfirmed.DEPTH_TEXT.format(limit=LIMITS.depth)),))
    for name in ("DEPTH_TYPE", "DEPTH_TEXT"):
        yield document(name, deep(), too_deep).put(homes.api)
    yield evicted(homes, home.id)
    twice = "https://example.com/a//b"
    refused = misfit("url", f"Unable to parse `{twice}` as a valid {unconfirmed.SCALAR_NAMES['AWSURL']}.")
    for url, desk in (("https://example.blog/a", OK), (twice, refused)):
        asked = document("Which ends of web addresses does AWSURL know?", PICTURE, desk, id=home.id, url=url)
        yield asked.put(homes.api)


def evicted(homes: Homes, id: str) -> Finding:
    """What a change of a home tells that nobody has read since the change before.

    A stage without a cache tells of no evictions: that it differs there is right.
    """
    version = (homes.change(id).data.get("updateProperty") or {}).get("version")
    name = "How does `evictFromApiCache` tell that there was nothing to evict?"
    nothing = Told(extensions=(("apiCacheEntriesDeleted", 0),))
    return document(name, UPDATE, nothing, id=id, version=version, input={"price": 2}).put(homes.api)


def deep() -> str:
    """A query that goes below the depth limit, and reads one home on each level."""
    levels = LIMITS.depth // 3 + 2
    return f"{{ me {'{ properties(first: 1) { nodes { owner ' * levels}{{ id }}{' } } }' * levels} }}"
