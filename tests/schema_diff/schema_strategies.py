"""Schemas drawn at random, and every single edit that each of them allows."""

import random
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from hypothesis import strategies as st

SCALARS = ("Int", "String", "Boolean")
MODES = ("@aws_iam", "@aws_oidc", "@aws_api_key", "@aws_cognito_user_pools")
DEFAULTS = {"Int": ("1", "2"), "String": ('"a"', '"b"'), "Boolean": ("true", "false")}


@dataclass
class Taken:
    """An argument or an input field: its type, and its default where it has one."""

    type: str
    default: str | None = None

    def __str__(self) -> str:
        return self.type + (f" = {self.default}" if self.default else "")


@dataclass
class Field:
    type: str
    args: dict[str, Taken] = field(default_factory=dict)
    modes: set[str] = field(default_factory=set)
    deprecated: str | None = None


@dataclass
class Model:
    """A schema. Each object is a field of Query, and each enum and input is an argument or a field somewhere."""

    objects: dict[str, dict[str, Field]]
    enums: dict[str, list[str]]
    inputs: dict[str, dict[str, Taken]]
    union: list[str]
    modes: dict[str, set[str]]

    def sdl(self, seed: int = 0) -> str:
        """The schema as text, its definitions, members and directives in an order drawn by the seed."""
        draw = random.Random(seed)
        parts = [self.object(name, fields, draw) for name, fields in self.objects.items()]
        parts += [f"enum {name} {{ {' '.join(mixed(values, draw))} }}" for name, values in self.enums.items()]
        for name, taken in self.inputs.items():
            parts.append(f"input {name} {{ {' '.join(mixed([f'{key}: {one}' for key, one in taken.items()], draw))} }}")
        parts.append(f"union Either = {' | '.join(mixed(self.union, draw))}")
        roots = mixed([f"get{name}: {name}" for name in self.objects] + ["either: Either"], draw)
        parts.append(f"type Query {{ {' '.join(roots)} }}")
        return draw.choice(("\n", "\n\n# a remark\n", "  ")).join(mixed(parts, draw))

    def object(self, name: str, fields: dict[str, Field], draw: random.Random) -> str:
        lines = []
        for key, one in fields.items():
            args = ", ".join(mixed([f"{arg}: {taken}" for arg, taken in one.args.items()], draw))
            uses = mixed(sorted(one.modes), draw)
            uses += [f'@deprecated(reason: "{one.deprecated}")'] if one.deprecated else []
            lines.append(f"{key}{f'({args})' if args else ''}: {one.type} {' '.join(uses)}")
        body = draw.choice((" ", "\n", ", ")).join(mixed(lines, draw))
        return f"type {name} {' '.join(mixed(sorted(self.modes[name]), draw))} {{ {body} }}"


def mixed(parts: list[str], draw: random.Random) -> list[str]:
    return draw.sample(parts, len(parts))


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Two objects, two enums, two inputs and a union, of random members."""
    types = st.sampled_from([*SCALARS, "E0", "E1"])
    wraps = st.sampled_from(["{}", "{}!", "[{}]", "[{}!]!"])

    def wrapped(name: str) -> str:
        return draw(wraps).format(name)

    def taken() -> Taken:
        name = draw(st.sampled_from([*SCALARS, "I0", "E0"]))
        default = draw(st.booleans()) and name in DEFAULTS
        return Taken(name + draw(st.sampled_from(["", "!"])), DEFAULTS[name][0]) if default else Taken(wrapped(name))

    def member() -> Field:
        args = {f"a{n}": taken() for n in range(draw(st.integers(0, 2)))}
        modes = draw(st.sets(st.sampled_from(MODES), max_size=2))
        return Field(wrapped(draw(types)), args, modes, draw(st.sampled_from([None, "until 2020-01-01", "old"])))

    objects = {name: {f"f{n}": member() for n in range(draw(st.integers(2, 3)))} for name in ("T0", "T1")}
    scalars = st.sampled_from(SCALARS)
    inputs = {
        "I0": {f"f{n}": Taken(wrapped(draw(scalars))) for n in range(2)},
        "I1": {"f0": Taken("Int", "1"), "f1": taken()},
    }
    modes = {name: draw(st.sets(st.sampled_from(MODES), max_size=3)) for name in objects}
    return Model(objects, {"E0": ["A", "B", "C"], "E1": ["A", "B"]}, inputs, ["T0"], modes)


def edits(model: Model) -> Iterator[tuple[str, Model]]:
    """Each single edit that leaves a schema, with what it is."""
    for name, fields in model.objects.items():
        yield f"add {name}.added", changed(model, lambda new, name=name: new.objects[name].update(added=Field("Int")))
        for key in fields:
            yield from of_field(model, name, key)
        for mode in MODES:
            yield f"{mode} on {name}", changed(model, lambda new, name=name, mode=mode: toggle(new.modes[name], mode))
    for name, values in model.enums.items():
        yield f"add {name}.NEW", changed(model, lambda new, name=name: new.enums[name].append("NEW"))
        yield f"remove {name}.A", changed(model, lambda new, name=name: new.enums[name].remove("A"))
        assert len(values) > 1
    for name, members in model.inputs.items():
        for type in ("Int", "Int!"):
            yield (
                f"add {name}.added: {type}",
                changed(model, lambda new, name=name, type=type: new.inputs[name].update(added=Taken(type))),
            )
        for key in members:
            yield f"remove {name}.{key}", changed(model, lambda new, name=name, key=key: new.inputs[name].pop(key))
            for told, one in retaken(members[key]):
                yield (
                    f"{told} of {name}.{key}",
                    changed(model, lambda new, name=name, key=key, one=one: new.inputs[name].update({key: one})),
                )
    yield "add T1 to Either", changed(model, lambda new: new.union.append("T1"))
    yield "add a type", changed(model, lambda new: new.enums.update(Another=["A"]))


def of_field(model: Model, name: str, key: str) -> Iterator[tuple[str, Model]]:
    one = model.objects[name][key]
    where = f"{name}.{key}"
    yield f"remove {where}", changed(model, lambda new: new.objects[name].pop(key))
    for type in retyped(one.type):
        yield f"{where}: {type}", changed(model, lambda new, type=type: setattr(new.objects[name][key], "type", type))
    for mode in MODES:
        yield f"{mode} on {where}", changed(model, lambda new, mode=mode: toggle(new.objects[name][key].modes, mode))
    for reason in (None, "old", "until 2020-01-01"):
        if reason != one.deprecated:
            yield (
                f"deprecate {where}: {reason}",
                changed(model, lambda new, reason=reason: setattr(new.objects[name][key], "deprecated", reason)),
            )
    for type in ("Int", "Int!"):
        yield (
            f"add {where}(added: {type})",
            changed(model, lambda new, type=type: new.objects[name][key].args.update(added=Taken(type))),
        )
    for arg, taken in one.args.items():
        yield f"remove {where}({arg})", changed(model, lambda new, arg=arg: new.objects[name][key].args.pop(arg))
        for told, other in retaken(taken):
            yield (
                f"{told} of {where}({arg})",
                changed(model, lambda new, arg=arg, other=other: new.objects[name][key].args.update({arg: other})),
            )


def retyped(type: str) -> list[str]:
    """The types that differ from one in one respect: null, a list, the named type."""
    bare = type.strip("[]!")
    outer = type.removesuffix("!") if type.endswith("!") else f"{type}!"
    other = type.replace(bare, "Boolean" if bare != "Boolean" else "Int")
    return [outer, f"[{type}]", other]


def retaken(one: Taken) -> Iterator[tuple[str, Taken]]:
    """What differs from an argument in its type or in its default, not in both."""
    bare = one.type.strip("[]!")
    if one.default is None:
        yield from ((f"type {type}", Taken(type)) for type in retyped(one.type))
        if one.type.strip("!") in DEFAULTS:
            yield "default", Taken(one.type, DEFAULTS[bare][0])
    else:
        yield "no default", Taken(one.type)
        yield "another default", Taken(one.type, next(value for value in DEFAULTS[bare] if value != one.default))


def changed(model: Model, edit: object) -> Model:
    new = deepcopy(model)
    assert callable(edit)
    edit(new)
    return new


def toggle(modes: set[str], mode: str) -> None:
    modes.symmetric_difference_update({mode})
