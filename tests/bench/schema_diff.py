"""Benchmark of schema-diff on 5,000 types, compared with graphql-core's find_schema_changes on the same two files."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from local.paths import ROOT

TYPES = 5_000
ROUNDS = 3
CORE = """
import sys
from pathlib import Path
from graphql import build_schema
from graphql.utilities import find_schema_changes
own = "scalar AWSDateTime directive @aws_oidc on OBJECT | FIELD_DEFINITION "
find_schema_changes(*(build_schema(own + Path(file).read_text()) for file in sys.argv[1:]))
"""


def big(types: int = TYPES) -> str:
    """Returns a schema of `types` types with descriptions, arguments and defaults.

    Eight of ten types are objects, one is an input and one an enum.
    """
    return "\n\n".join([query(types), *definitions(types)]) + "\n"


def query(types: int) -> str:
    fields = "\n".join(f"  get{n}(id: ID!, first: Int = 10): T{n} @aws_oidc" for n in range(0, types, 10))
    return f"type Query {{\n{fields}\n}}"


def definitions(types: int) -> Iterator[str]:
    for n in range(1, types):
        ten = n // 10 * 10
        if n % 10 == 8:
            yield f'input I{n} {{\n  id: ID!\n  name: String = "x"\n  when: AWSDateTime\n  number: Int\n}}'
        elif n % 10 == 9:
            yield f'"""Where it stands."""\nenum E{n} {{\n  NEW\n  OPEN\n  DONE\n  GONE\n}}'
        else:
            other_fields = f"others(first: Int! = 20, after: String, by: I{ten + 8}): [T{ten}!]"
            fields = f'id: ID!\n  name: String\n  """A list."""\n  {other_fields}\n  state: E{ten + 9}\n  number: Int!'
            yield f'"""\nType {n}.\n"""\ntype T{n} @aws_oidc {{\n  {fields}\n}}'
    yield "type T0 @aws_oidc {\n  id: ID!\n}"


def measure(print_table: Callable[..., None], medians: Callable[..., list[tuple[str, float]]]) -> None:
    """Prints how long each program takes to read both files and to find the fields that became nullable."""
    with tempfile.TemporaryDirectory() as folder:
        old, new = (Path(folder) / name for name in ("old", "new"))
        for side, sdl in ((old, big()), (new, big().replace("number: Int!", "number: Int", TYPES // 10))):
            version = side / "clients" / "app" / "1.0"
            version.mkdir(parents=True)
            (side / "schema.graphql").write_text(sdl)
            (version / "manifest.toml").write_text('profile = "relay"\nreleased = 2026-01-01\n')
            (version / "asked.graphql").write_text('query One { get0(id: "1") { id } }\n')

        def run(*program: str) -> Callable[[], object]:
            return lambda: subprocess.run([sys.executable, *program], cwd=ROOT, capture_output=True)

        rows = {
            "graphql-core's find_schema_changes": run(
                "-c", CORE, *(str(side / "schema.graphql") for side in (old, new))
            ),
            "python -m schema_diff": run("-m", "schema_diff", str(old), str(new)),
        }
        print_table(
            f"A schema of {TYPES:,} types and its changes, as a process (at most 5,000 ms)", medians(rows, ROUNDS)
        )
