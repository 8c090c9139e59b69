"""A schema read piece by piece: what both sides have in common, nearly all of a large one, is parsed once."""

import re
from collections.abc import Iterator
from functools import lru_cache

from graphql import DocumentNode, parse

BLOCK, STRING, COMMENT = r'"""(?:\\"""|[^"]|"(?!""))*"""', r'"(?:\\.|[^"\\\n])*"', r"#[^\n]*"
TOKEN = re.compile(f"{BLOCK}|{STRING}|{COMMENT}|[(){{}}]")
IGNORED = re.compile(rf"(?:{COMMENT}|[\s,\ufeff])*")
MOST = 50_000


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """The text cut behind each brace that closes a definition, each piece with the number of lines before it."""
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


@lru_cache(maxsize=MOST)
def document(piece: str) -> DocumentNode:
    """What a piece defines; its lines are its own. Raises GraphQLError."""
    return parse(piece)
