"""A Hypothesis strategy for schemas, and all single edits of a schema."""

import random
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from hypothesis import strategies as st

SCALARS = ("Int", "String", "Boolean")
MODES = ("@aws_iam", "@aws_oidc", "@aws_api_key", "@aws_cognito_user_pools")
DEFAULTS = {"Int": ("1", "2"), "String": ('"a"', '"b"'), "Boolean": ("true", "false")}


@dataclass
class InputValue:
    """An argument or input field: its type, and its default value or None."""

    type: str
    default: str | None = None

    def __str__(self) -> str:
        return self.type + (f" = {self.default}" if self.default else "")


@dataclass
class ModelField:
    type: str
    args: dict[str, InputValue] = field(default_factory=dict)
    modes: set[str] = field(default_factory=set)
    deprecated: str | None = None


@dataclass
class SchemaModel:
    """A schema in which Query has a field of each object type."""

    objects: dict[str, dict[str, ModelField]]
    enums: dict[str, list[str]]
    inputs: dict[str, dict[str, InputValue]]
    union: list[str]
    modes: dict[str, set[str]]

    def sdl(self, seed: int = 0) -> str:
        """Returns the SDL. The seed determines the order of definitions, members and directives."""
        draw = random.Random(seed)
        parts = [self.object(name, fields, draw) for name, fields in self.objects.items()]
        parts += [f"enum {name} {{ {' '.join(shuffled(values, draw))} }}" for name, values in self.enums.items()]
        for name, fields in self.inputs.items():
            parts.append(
                f"input {name} {{ {' '.join(shuffled([f'{key}: {value}' for key, value in fields.items()], draw))} }}"
            )
        parts.append(f"union Either = {' | '.join(shuffled(self.union, draw))}")
        roots = shuffled([f"get{name}: {name}" for name in self.objects] + ["either: Either"], draw)
        parts.append(f"type Query {{ {' '.join(roots)} }}")
        return draw.choice(("\n", "\n\n# a comment\n", "  ")).join(shuffled(parts, draw))

    def object(self, name: str, fields: dict[str, ModelField], draw: random.Random) -> str:
        lines = []
        for key, definition in fields.items():
            args = ", ".join(shuffled([f"{arg}: {value}" for arg, value in definition.args.items()], draw))
            directives = shuffled(sorted(definition.modes), draw)
            directives += [f'@deprecated(reason: "{definition.deprecated}")'] if definition.deprecated else []
            lines.append(f"{key}{f'({args})' if args else ''}: {definition.type} {' '.join(directives)}")
        body = draw.choice((" ", "\n", ", ")).join(shuffled(lines, draw))
        return f"type {name} {' '.join(shuffled(sorted(self.modes[name]), draw))} {{ {body} }}"


def shuffled(parts: list[str], draw: random.Random) -> list[str]:
    return draw.sample(parts, len(parts))


@st.composite
def models(draw: st.DrawFn) -> SchemaModel:
    """Draws two object types, two enums, two input types and a union, with random members."""
    types = st.sampled_from([*SCALARS, "E0", "E1"])
    wraps = st.sampled_from(["{}", "{}!", "[{}]", "[{}!]!"])

    def wrapped_type(name: str) -> str:
        return draw(wraps).format(name)

    def input_value() -> InputValue:
        name = draw(st.sampled_from([*SCALARS, "I0", "E0"]))
        default = draw(st.booleans()) and name in DEFAULTS
        return (
            InputValue(name + draw(st.sampled_from(["", "!"])), DEFAULTS[name][0])
            if default
            else InputValue(wrapped_type(name))
        )

    def member() -> ModelField:
        args = {f"a{n}": input_value() for n in range(draw(st.integers(0, 2)))}
        modes = draw(st.sets(st.sampled_from(MODES), max_size=2))
        return ModelField(
            wrapped_type(draw(types)), args, modes, draw(st.sampled_from([None, "until 2020-01-01", "old"]))
        )

    objects = {name: {f"f{n}": member() for n in range(draw(st.integers(2, 3)))} for name in ("T0", "T1")}
    scalars = st.sampled_from(SCALARS)
    inputs = {
        "I0": {f"f{n}": InputValue(wrapped_type(draw(scalars))) for n in range(2)},
        "I1": {"f0": InputValue("Int", "1"), "f1": input_value()},
    }
    modes = {name: draw(st.sets(st.sampled_from(MODES), max_size=3)) for name in objects}
    return SchemaModel(objects, {"E0": ["A", "B", "C"], "E1": ["A", "B"]}, inputs, ["T0"], modes)


def edits(model: SchemaModel) -> Iterator[tuple[str, SchemaModel]]:
    """Yields the description and the result of each single edit of a model."""
    for name, fields in model.objects.items():
        yield (
            f"add {name}.added",
            edited_copy(model, lambda new, name=name: new.objects[name].update(added=ModelField("Int"))),
        )
        for key in fields:
            yield from field_edits(model, name, key)
        for mode in MODES:
            yield (
                f"{mode} on {name}",
                edited_copy(model, lambda new, name=name, mode=mode: toggle(new.modes[name], mode)),
            )
    for name, values in model.enums.items():
        yield f"add {name}.NEW", edited_copy(model, lambda new, name=name: new.enums[name].append("NEW"))
        yield f"remove {name}.A", edited_copy(model, lambda new, name=name: new.enums[name].remove("A"))
        assert len(values) > 1
    for name, members in model.inputs.items():
        for type in ("Int", "Int!"):
            yield (
                f"add {name}.added: {type}",
                edited_copy(model, lambda new, name=name, type=type: new.inputs[name].update(added=InputValue(type))),
            )
        for key in members:
            yield f"remove {name}.{key}", edited_copy(model, lambda new, name=name, key=key: new.inputs[name].pop(key))
            for name_of_edit, edited_value in input_value_edits(members[key]):
                yield (
                    f"{name_of_edit} of {name}.{key}",
                    edited_copy(
                        model,
                        lambda new, name=name, key=key, edited_value=edited_value: new.inputs[name].update(
                            {key: edited_value}
                        ),
                    ),
                )
    yield "add T1 to Either", edited_copy(model, lambda new: new.union.append("T1"))
    yield "add a type", edited_copy(model, lambda new: new.enums.update(Another=["A"]))


def field_edits(model: SchemaModel, name: str, key: str) -> Iterator[tuple[str, SchemaModel]]:
    member = model.objects[name][key]
    coordinate = f"{name}.{key}"
    yield f"remove {coordinate}", edited_copy(model, lambda new: new.objects[name].pop(key))
    for type in similar_types(member.type):
        yield (
            f"{coordinate}: {type}",
            edited_copy(model, lambda new, type=type: setattr(new.objects[name][key], "type", type)),
        )
    for mode in MODES:
        yield (
            f"{mode} on {coordinate}",
            edited_copy(model, lambda new, mode=mode: toggle(new.objects[name][key].modes, mode)),
        )
    for reason in (None, "old", "until 2020-01-01"):
        if reason != member.deprecated:
            yield (
                f"deprecate {coordinate}: {reason}",
                edited_copy(model, lambda new, reason=reason: setattr(new.objects[name][key], "deprecated", reason)),
            )
    for type in ("Int", "Int!"):
        yield (
            f"add {coordinate}(added: {type})",
            edited_copy(model, lambda new, type=type: new.objects[name][key].args.update(added=InputValue(type))),
        )
    for arg, value in member.args.items():
        yield (
            f"remove {coordinate}({arg})",
            edited_copy(model, lambda new, arg=arg: new.objects[name][key].args.pop(arg)),
        )
        for name_of_edit, other in input_value_edits(value):
            yield (
                f"{name_of_edit} of {coordinate}({arg})",
                edited_copy(model, lambda new, arg=arg, other=other: new.objects[name][key].args.update({arg: other})),
            )


def similar_types(type: str) -> list[str]:
    """Returns the types that differ from `type` in nullability, list or named type only."""
    named_type = type.strip("[]!")
    outer = type.removesuffix("!") if type.endswith("!") else f"{type}!"
    other = type.replace(named_type, "Boolean" if named_type != "Boolean" else "Int")
    return [outer, f"[{type}]", other]


def input_value_edits(input_value: InputValue) -> Iterator[tuple[str, InputValue]]:
    """Yields edits of either the type or the default value of an argument."""
    named_type = input_value.type.strip("[]!")
    if input_value.default is None:
        yield from ((f"type {type}", InputValue(type)) for type in similar_types(input_value.type))
        if input_value.type.strip("!") in DEFAULTS:
            yield "default", InputValue(input_value.type, DEFAULTS[named_type][0])
    else:
        yield "no default", InputValue(input_value.type)
        yield (
            "another default",
            InputValue(input_value.type, next(value for value in DEFAULTS[named_type] if value != input_value.default)),
        )


def edited_copy(model: SchemaModel, edit: object) -> SchemaModel:
    new = deepcopy(model)
    assert callable(edit)
    edit(new)
    return new


def toggle(modes: set[str], mode: str) -> None:
    modes.symmetric_difference_update({mode})
