"""What this program does not ask of the open questions in docs/first-deployment.md, and why."""

import re
from collections.abc import Collection, Iterator

from conformance.finding import Unasked
from local.workers import ROOT

DOCUMENT = ROOT / "docs" / "first-deployment.md"
SCRATCH = "it needs the scratch API that docs/first-deployment.md describes"
REST = "it is asked of API Gateway, whose address and keys this program is not given"
UNKNOWN = "this program does not know it"
REASONS = {  # by the beginning of a question's name
    "TOKEN_EXPIRED": "it needs a token of more than an hour ago",
    "RESOLVERS_TEXT": SCRATCH,
    "NULL_IS_CACHED": "it needs the metrics of a stage with a cache",
    "CONNECTION_HOURS": "it takes a day",
    "Is an answer kept": "it needs two clients that race each other",
    "Is what a scalar gives": "it needs an item that is written past the API",
    "How is a throttled": "it needs more requests than the account's quota, in a test of load",
    "Which arguments has the `@defer`": "somebody has to read it in the API's introspection",
    "Are `": "it needs a schema to be made",
    "ERRORS_ARE_A_LIST": "it takes more subscriptions of one connection than are allowed",
    "TOKEN_BEFORE_KEY": REST,
    "EVERY_STATUS_IS_CACHED": REST,
    "Is a body without a `content-type`": REST,
    "Does a denied token": REST,
    "Is `WWW-Authenticate`": REST,
    "Does `cache-control": REST,
    "What tells kept answers apart": REST,
    "How is TRACE": REST,
}


def unasked(asked: Collection[str], document: str | None = None) -> Iterator[Unasked]:
    """The questions of the document that are not among those asked, in its order."""
    for name, entry in entries(DOCUMENT.read_text() if document is None else document):
        if name not in asked:
            told = next((why for start, why in REASONS.items() if name.startswith(start)), None)
            yield Unasked(name, told or (SCRATCH if "scratch '" in entry else UNKNOWN))


def entries(document: str) -> Iterator[tuple[str, str]]:
    """Each question by its name, with what the document says of it: its headings, and the rows of its last table."""
    listed, _, table = document.partition("\n## Open as well")
    for entry in re.split(r"^### `", listed, flags=re.MULTILINE)[1:]:
        yield entry.partition("`")[0], entry
    for row in re.findall(r"^\| (?!what \|)(.+?\?) ?(.*)$", table, re.MULTILINE):
        yield row[0], row[1]
