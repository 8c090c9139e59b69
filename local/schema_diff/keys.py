"""The table's keys: rows that are there keep the keys they were written under, whatever the code now looks for."""

import ast
from collections.abc import Iterator

from local.schema_diff import source
from local.schema_diff.changes import Change
from local.schema_diff.sides import KEYS, Text
from local.schema_diff.source import Module

TABLE = ("PARTITION", "SORT", "EXPIRES")
KEY = "Key"


def changes(before: Text, after: Text) -> Iterator[Change]:
    """Patterns, indexes and attributes that came, went or became others. A function by another name is no change."""
    old, new = source.module(before), source.module(after)
    yield from of_patterns(old, new)
    yield from of_indexes(old, new)
    for name in TABLE:
        if name in old.values and attribute(old, name) != attribute(new, name):
            what = f"{name} was {attribute(old, name)} and is {attribute(new, name) or 'gone'}"
            yield change("key-attribute-changed", name, what, old, new, attribute(new, name))
    yield from of_others(old, new)


def change(kind: str, where: str, what: str, old: Module, new: Module, to: str = "") -> Change:
    line = new.line(where) if where in new.values or where in new.functions else None
    was = old.line(where) if where in old.values or where in old.functions else None
    return Change(kind, where, what, to.replace(" ", ""), contract=KEYS, line=line, was=was)


def patterns(of: Module) -> dict[str, str]:
    """Each pattern of a key, `PROP#{} / IMG#{}`, with the function that spells it."""
    found = {}
    for name, function in of.functions.items():
        told = spelled(of, function)
        if told:
            found[told] = name
    return found


def spelled(of: Module, function: ast.FunctionDef) -> str | None:
    """The pattern of the key, or of the part of one, that a function answers; None where it answers something else."""
    answer, kind = source.returned(function), ast.unparse(function.returns) if function.returns else ""
    holes = {argument.arg: source.HOLE for argument in function.args.args + function.args.kwonlyargs}
    if answer is None or kind not in (KEY, "str"):
        return None
    if kind == KEY and isinstance(answer, ast.Call):
        named = dict(zip(("pk", "sk"), answer.args, strict=False))
        named |= {keyword.arg: keyword.value for keyword in answer.keywords if keyword.arg}
        parts = [named[part] for part in ("pk", "sk") if part in named]
        told = [source.pattern(of, part, holes) for part in parts]
        return " / ".join(part for part in told if part) if None not in told else None
    return source.pattern(of, answer, holes)


def of_patterns(old: Module, new: Module) -> Iterator[Change]:
    before, after = patterns(old), patterns(new)
    for pattern, name in before.items():
        now = next((one for one, function in after.items() if function == name and one not in before), None)
        if pattern not in after:
            what = (
                f"rows under {pattern} are looked for under {now}"
                if now
                else f"rows under {pattern} are looked for no more"
            )
            yield change("key-pattern-changed", name, what, old, new, now or "")
    for pattern, name in after.items():
        if pattern not in before and name not in before.values():
            yield change("key-pattern-added", name, f"there may be rows under {pattern}", old, new)


def indexes(of: Module) -> dict[str, tuple[str, str]]:
    """Each index as it is spelled, by its own name, with the name of the constant."""
    found = {}
    for constant, node in of.values.items():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Index":
            name = source.pattern(of, node.args[0], {}) if node.args else None
            found[name or constant] = (source.spelled(of, node), constant)
    return found


def of_indexes(old: Module, new: Module) -> Iterator[Change]:
    before, after = indexes(old), indexes(new)
    for name, (spelling, constant) in before.items():
        if name not in after:
            yield change("index-removed", constant, f"the index {name} is gone", old, new)
        elif after[name][0] != spelling:
            now = after[name][0]
            yield change("index-changed", constant, f"the index {name} was {spelling} and is {now}", old, new, now)
    for name, (_, constant) in after.items():
        if name not in before:
            yield change("index-added", constant, f"there is a new index, {name}", old, new)


def attribute(of: Module, name: str) -> str:
    return source.spelled(of, of.values[name]) if name in of.values else ""


def of_others(old: Module, new: Module) -> Iterator[Change]:
    """Functions that read keys or make attributes of them: another text may mean other rows."""
    for name, function in old.functions.items():
        now = new.functions.get(name)
        if spelled(old, function) is None and (now is None or spelled(new, now) is None):
            if now is None:
                yield change("key-function-changed", name, f"{name} is gone", old, new)
            elif source.spelled(old, function, texts_only=True) != source.spelled(new, now, texts_only=True):
                yield change("key-function-changed", name, f"{name} reads or makes keys otherwise", old, new)
