"""Python read, not run: what the expressions of a module come to, as far as text, names and simple calls go.

So the keys and the wiring of any revision can be compared without running its code.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from local.schema_diff.sides import NotReadable, Text

HOLE = "{}"


@dataclass(frozen=True)
class Module:
    """A module's assignments and functions, by name."""

    name: str
    values: Mapping[str, ast.expr]
    functions: Mapping[str, ast.FunctionDef]

    def line(self, name: str) -> int:
        found = self.values.get(name) or self.functions.get(name)
        return found.lineno if found else 1


def module(text: Text) -> Module:
    """What a file defines. Raises NotReadable where it is no Python."""
    try:
        tree = ast.parse(text.text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise NotReadable(f"{text.name}:{line}: {getattr(error, 'msg', error)}") from error
    values = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return Module(text.name, values, {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)})


def pattern(of: Module, node: ast.expr, holes: Mapping[str, str]) -> str | None:
    """The text that an expression comes to, with `{}` where an argument stands, its format kept; None if none."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name) if name in holes:
            return holes[name]
        case ast.Name(id=name) if name in of.values:
            return pattern(without(of, name), of.values[name], {})
        case ast.JoinedStr(values=parts):
            return joined(pattern(of, part, holes) for part in parts)
        case ast.FormattedValue(value=value, format_spec=spec):
            inner, form = pattern(of, value, holes), pattern(of, spec, holes) if spec else ""
            return f"{{:{form}}}" if inner == HOLE and form else inner
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return joined((pattern(of, left, holes), pattern(of, right, holes)))
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if name in of.functions:
            function = of.functions[name]
            told = {
                one.arg: pattern(of, value, holes) or HOLE
                for one, value in zip(function.args.args, given, strict=False)
            }
            answer = returned(function)
            return pattern(without(of, name), answer, told) if answer else None
    return None


def without(of: Module, name: str) -> Module:
    """The module while one of its names is being read, so that what is made of itself ends."""
    values = {key: value for key, value in of.values.items() if key != name}
    return replace(of, values=values, functions={key: one for key, one in of.functions.items() if key != name})


def joined(parts: Iterable[str | None]) -> str | None:
    """Parts put together, where each is known."""
    known = list(parts)
    return None if None in known else "".join(part for part in known if part is not None)


def returned(function: ast.FunctionDef) -> ast.expr | None:
    """What a function answers, where that is all it does."""
    body = [node for node in function.body if not is_docstring(node)]
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None


def is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def spelled(of: Module, node: ast.AST, texts_only: bool = False) -> str:
    """An expression as text without comments, the module's own constants in the place of their names; or texts only."""
    known = {name: one for name, one in of.values.items() if isinstance(one, ast.Constant) or not texts_only}
    functions = {} if texts_only else {name: one for name, one in of.functions.items() if returned(one)}
    return ast.unparse(Spelling(known, functions).visit(ast.parse(ast.unparse(node)).body[0]))


class Spelling(ast.NodeTransformer):
    """Puts constants in the place of their names, and answers in that of calls; leaves docstrings out."""

    def __init__(self, known: Mapping[str, ast.expr], functions: Mapping[str, ast.FunctionDef]) -> None:
        self.known = known
        self.functions = functions

    def visit_Call(self, node: ast.Call) -> ast.AST:
        function = self.functions.get(node.func.id) if isinstance(node.func, ast.Name) else None
        answer = returned(function) if function else None
        if function is None or answer is None or node.keywords or len(node.args) != len(function.args.args):
            return self.generic_visit(node)
        given = {one.arg: value for one, value in zip(function.args.args, node.args, strict=True)}
        others = {name: one for name, one in self.functions.items() if name != function.name}
        said: ast.AST = Spelling({**self.known, **given}, others).visit(
            ast.parse(ast.unparse(answer), mode="eval").body
        )
        return said

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self.known or not isinstance(node.ctx, ast.Load):
            return node
        inner = Spelling({name: one for name, one in self.known.items() if name != node.id}, self.functions)
        found: ast.AST = inner.visit(ast.parse(ast.unparse(self.known[node.id]), mode="eval").body)
        return found

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.body = [one for one in node.body if not is_docstring(one)] or [ast.Pass()]
        self.generic_visit(node)
        return node
