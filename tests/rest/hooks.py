"""Hooks of schemathesis for three rules that a schema cannot express.

The ETag of a property is a number in quotes, only the server can create a valid nextToken, and `zip` overrides
`userId`.
"""

from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, HookContext

TAGS = st.integers(1, 10_000).map('"{}"'.format)
schemathesis.openapi.format("etag", st.sampled_from(['"1"', '"1", "2"', "*"]) | TAGS | TAGS.map("W/{}".format))


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], **_: Any) -> None:
    """Removes `nextToken` from valid cases: a generated one matches the pattern, but the server never issued it."""
    if case.meta and case.meta.generation.mode is GenerationMode.POSITIVE and case.query:
        case.query.pop("nextToken", None)


@schemathesis.hook
def filter_case(context: HookContext, case: Case[Any]) -> bool:
    """Skips requests with both `zip` and `userId`: the contract ignores `userId` then, whatever its value."""
    return not (case.query and {"zip", "userId"} <= case.query.keys())
