"""What schemathesis cannot know of the contract: which tags a home may have, and that only the server makes a nextToken
that holds."""

from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, HookContext

TAGS = st.integers(1, 10_000).map('"{}"'.format)
schemathesis.openapi.format("etag", st.sampled_from(['"1"', '"1", "2"', "*"]) | TAGS | TAGS.map("W/{}".format))


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], **_: Any) -> None:
    """Takes away a token that is of the right form, for no such token was ever given out. Others are to be refused."""
    if case.meta and case.meta.generation.mode is GenerationMode.POSITIVE and case.query:
        case.query.pop("nextToken", None)
