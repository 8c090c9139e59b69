"""The outputs that documents show below their commands, and the comparison of one with a real output."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.documentation import SHELLS, blocks


def example_outputs(document: Path) -> dict[str, str]:
    """Returns the output that a document shows below a block of commands, by the last of them."""
    return {
        block.commands[-1]: output.text
        for block, output in pairwise(blocks(document))
        if block.language in SHELLS and output.language in ("json", "http")
    }


def assert_matches(example: str, output: str) -> None:
    """Compares an output with its example: of HTTP the status line, the headers in the example, and the body."""
    head, _, body = example.rpartition("\n\n")
    actual_head, _, actual_body = output.replace("\r\n", "\n").rpartition("\n\n") if head else ("", "", output)
    status, *headers = head.splitlines() or [""]
    actual_status, *actual_headers = actual_head.splitlines() or [""]
    assert actual_status.strip() == status
    assert [line for line in headers if not any(matches_example(line, other) for other in actual_headers)] == []
    assert matches_example(parse_example(body), json.loads(actual_body)), output


def parse_example(text: str) -> Any:
    """Parses JSON in which an ellipsis stands for elements of an array or members of an object."""
    elements = re.sub(r"\[ … \]", '["…"]', text)
    return json.loads(re.sub(r", … \}", ', "…": null}', elements))


def matches_example(example: Any, value: Any) -> bool:
    """Returns whether a value equals its example, in which an ellipsis stands for anything that is not empty."""
    match example:
        case str():
            pattern = ".+".join(map(re.escape, example.split("…")))
            return isinstance(value, str) and re.fullmatch(pattern, value) is not None
        case ["…"]:
            return isinstance(value, list) and len(value) > 0
        case list():
            pairs = zip(example, value, strict=False)
            return len(example) == len(value) and all(matches_example(*pair) for pair in pairs)
        case dict():
            members = {name: member for name, member in example.items() if name != "…"}
            is_partial = len(members) < len(example)
            are_equal = [name in value and matches_example(member, value[name]) for name, member in members.items()]
            return all(are_equal) and (len(value) > len(members) if is_partial else len(value) == len(members))
    return type(example) is type(value) and bool(example == value)
