"""Batches, caches and limits of the wiring, where they alter what a client is answered."""

import ast
from collections.abc import Iterator
from typing import Any

from local.schema_diff import source
from local.schema_diff.changes import Change
from local.schema_diff.sides import WIRING, NotReadable, Text
from local.schema_diff.source import Module

Row = dict[str, ast.expr]


def changes(before: Text, after: Text) -> Iterator[Change]:
    """What became of the rows that both sides have, and of the limits. A row that came or went shows in the schema."""
    old, new = source.module(before), source.module(after)
    were, are = rows(old), rows(new)
    for path in sorted(were.keys() & are.keys()):
        line, was = are[path]["path"].lineno, were[path]["path"].lineno
        for kind, what, to in of_row(old, were[path], new, are[path]):
            yield Change(kind, path, what, to, frozenset({path}), contract=WIRING, line=line, was=was)
    yield from of_limits(old, new)


def rows(of: Module) -> dict[str, Row]:
    """The words of each row of FIELDS, by the field's path."""
    elements = getattr(of.values.get("FIELDS"), "elts", None)
    calls = [one for one in elements or () if isinstance(one, ast.Call) and one.args]
    if elements is None or len(calls) != len(elements):
        raise NotReadable(f"{of.name}:{of.line('FIELDS')}: FIELDS is no tuple of rows, each written as Field(…)")
    return {
        str(source.pattern(of, call.args[0], {})): {
            "path": call.args[0],
            **{keyword.arg: keyword.value for keyword in call.keywords if keyword.arg},
        }
        for call in calls
    }


def of_row(old: Module, was: Row, new: Module, now: Row) -> Iterator[tuple[str, str, str]]:
    """Each change of one row: its kind, what it says, and its word in the id."""
    yield from of_cache(cache(old, was), cache(new, now))
    before, after = (word(of, row, "batch") for of, row in ((old, was), (new, now)))
    if bool(before) != bool(after):
        yield (
            ("batch-added" if after else "batch-removed"),
            f"it was answered {alone(before)}, and is {alone(after)}",
            "",
        )
    elif before != after:
        yield "batch-changed", f"its batch was {before} and is {after}", after.replace(" ", "")
    before, after = (word(of, row, "evicts") for of, row in ((old, was), (new, now)))
    if before != after:
        kind = "evicts-less" if before else "evicts-more"
        yield kind, f"it made stale {before or 'nothing'}, and now {after or 'nothing'}", after.replace(" ", "")


def alone(batch: str) -> str:
    return f"by {batch}" if batch else "one by one"


def word(of: Module, row: Row, name: str) -> str:
    return source.spelled(of, row[name]) if name in row else ""


def cache(of: Module, row: Row) -> tuple[int, frozenset[str]] | None:
    """For how many seconds an answer is kept, and by which paths; None where it is not."""
    told = row.get("cache")
    if not isinstance(told, ast.Call):
        return None
    given: dict[str, Any] = dict(zip(("seconds", "by"), told.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in told.keywords if keyword.arg}
    seconds, by = (ast.parse(source.spelled(of, given[name]), mode="eval").body for name in ("seconds", "by"))
    try:
        return int(ast.literal_eval(seconds)), frozenset(ast.literal_eval(by))
    except ValueError:
        return None


def of_cache(
    before: tuple[int, frozenset[str]] | None, after: tuple[int, frozenset[str]] | None
) -> Iterator[tuple[str, str, str]]:
    if before == after:
        return
    if before is None or after is None:
        told = f"kept {after[0]} s by {' and '.join(sorted(after[1]))}" if after else "kept no more"
        yield ("cache-added" if after else "cache-removed"), f"its answer is {told}", str(after[0]) if after else ""
        return
    if dropped := before[1] - after[1]:
        what = f"its answer is kept by {' and '.join(sorted(after[1]))}, and {' and '.join(sorted(dropped))} no more"
        yield "cache-shared", what, "+".join(sorted(after[1]))
    elif before[1] != after[1]:
        yield "cache-split", f"its answer is kept by {' and '.join(sorted(after[1]))}", "+".join(sorted(after[1]))
    if before[0] != after[0]:
        kind = "cache-longer" if after[0] > before[0] else "cache-shorter"
        yield kind, f"its answer was kept {before[0]} s, and is {after[0]} s", str(after[0])


def of_limits(old: Module, new: Module) -> Iterator[Change]:
    """Numbers of LIMITS that became smaller or greater."""
    were, are = limits(old), limits(new)
    for name in sorted(were.keys() & are.keys()):
        if were[name] != are[name]:
            kind = "limit-lowered" if are[name] < were[name] else "limit-raised"
            what = f"{name} was {were[name]:,} and is {are[name]:,}"
            line, was = new.line("LIMITS"), old.line("LIMITS")
            yield Change(kind, f"LIMITS.{name}", what, str(are[name]), contract=WIRING, line=line, was=was)


def limits(of: Module) -> dict[str, int]:
    found = {}
    for keyword in getattr(of.values.get("LIMITS"), "keywords", ()):
        told = eval_number(source.spelled(of, keyword.value))
        if keyword.arg and told is not None:
            found[keyword.arg] = told
    return found


def eval_number(text: str) -> int | None:
    """The number that a product of numbers comes to."""
    node = ast.parse(text, mode="eval").body
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        left, right = eval_number(ast.unparse(node.left)), eval_number(ast.unparse(node.right))
        return None if left is None or right is None else left * right
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None
