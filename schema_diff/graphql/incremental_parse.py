"""Incremental parsing: definitions that base and head have in common are parsed once."""

import re
from collections.abc import Iterator
from functools import lru_cache

from graphql import DocumentNode, parse

BLOCK, STRING, COMMENT = r'"""(?:\\"""|[^"]|"(?!""))*"""', r'"(?:\\.|[^"\\\n])*"', r"#[^\n]*"
TOKEN = re.compile(f"{BLOCK}|{STRING}|{COMMENT}|[(){{}}]")
IGNORED = re.compile(rf"(?:{COMMENT}|[\s,\ufeff])*")
MAX_CACHED_DEFINITIONS = 50_000


def split_definitions(text: str) -> Iterator[tuple[int, str]]:
    """Yields the text, split after each brace that closes a definition, with the number of lines before each piece."""
    start = depth = lines = 0
    for token in TOKEN.finditer(text):
        if token[0] in ("(", "{"):
            depth += 1
        elif token[0] in (")", "}"):
            depth -= 1
            if token[0] == "}" and depth == 0:
                yield lines, text[start : token.end()]
                lines += text.count("\n", start, token.end())
                start = token.end()
    if not IGNORED.fullmatch(text, start):
        yield lines, text[start:]


@lru_cache(maxsize=MAX_CACHED_DEFINITIONS)
def parse_definition(text: str) -> DocumentNode:
    """Returns the document of a piece, whose lines start at 1. Raises GraphQLError."""
    return parse(text)
