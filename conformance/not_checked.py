"""The open questions of docs/first-deployment.md that this program does not check, and the reasons."""

import re
from collections.abc import Collection, Iterator

from conformance.contract import ROOT
from conformance.finding import SkippedCheck

DOCUMENT = ROOT / "docs" / "first-deployment.md"
SCRATCH_API = "it needs the scratch API that docs/first-deployment.md describes"
REST_API = "it concerns API Gateway, whose address and API keys this program does not have"
ITS_OWN_COST = "its request takes seconds of work, which other clients of the stage would wait for"
NO_REASON = "this program has no check for it"
REASONS = {  # by the beginning of a question's name
    "TOKEN_EXPIRED": "it needs a token that expired",
    "RESOLVERS_TEXT": SCRATCH_API,
    "NULL_IS_CACHED": "it needs the metrics of a stage with a cache",
    "CONNECTION_HOURS": "it takes a day",
    "Is a response cached": "it needs two clients that read and change a property concurrently",
    "Does AppSync normalise": "it needs an item that is written without the API",
    "What is the response to a throttled": "it needs a load test that exceeds the account's quota",
    "Which arguments does the `@defer`": "a person has to read the introspection result",
    "Does schema creation": "it needs the creation of a schema",
    "MAX_RESPONSE_FIELDS": ITS_OWN_COST,
    "RESPONSE_FIELDS": ITS_OWN_COST,
    "ERRORS_ARE_A_LIST": "it needs more subscriptions than a connection may have",
    "TOKEN_BEFORE_KEY": REST_API,
    "EVERY_STATUS_IS_CACHED": REST_API,
    "Is a body without a `content-type`": REST_API,
    "Is the response to a denied token": REST_API,
    "Is `WWW-Authenticate`": REST_API,
    "Does a client's `cache-control": REST_API,
    "What is the cache key": REST_API,
    "What is the response to TRACE": REST_API,
}


def skipped_checks(checked_names: Collection[str], document: str) -> Iterator[SkippedCheck]:
    """The questions of the document, in its order, whose names are not among the checked ones."""
    for name, entry in open_questions(document):
        if name not in checked_names:
            reason = next((reason for start, reason in REASONS.items() if name.startswith(start)), None)
            yield SkippedCheck(name, reason or (SCRATCH_API if "scratch '" in entry else NO_REASON))


def open_questions(document: str) -> Iterator[tuple[str, str]]:
    """The name and the text of each question: the document's headings, then the rows of its last table."""
    headings, _, table = document.partition("\n## Questions without a name")
    for entry in re.split(r"^### `", headings, flags=re.MULTILINE)[1:]:
        yield entry.partition("`")[0], entry
    for question, entry in re.findall(r"^\| (?!question \|)(.+?\?) ?(.*)$", table, re.MULTILINE):
        yield question, entry
