"""The comparison as a whole: both sides read, every contract's changes found, judged against what is out."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from schema_diff import approvals, release_integrity
from schema_diff.approvals import Approval
from schema_diff.changes import Change, placed
from schema_diff.contracts import errors, fields, table
from schema_diff.graphql import access, appsync_support, deprecation, directives, structure
from schema_diff.graphql.operation_coverage import touched
from schema_diff.graphql.schema_document import Contract, contract
from schema_diff.openapi import routes
from schema_diff.operations import Operation, Shipped, shipped
from schema_diff.report import Finding, Report
from schema_diff.rules import SCHEMA as SCHEMA_RULES
from schema_diff.rules_other_contracts import BESIDE
from schema_diff.severity import Grade
from schema_diff.sources.source import (
    ARTEFACTS,
    CONTRACTS,
    ERRORS,
    FIELDS,
    GENERATED,
    REST,
    SCHEMA,
    TABLE,
    NotReadable,
    Side,
    Text,
)

RULES = {**SCHEMA_RULES, **BESIDE}
BESIDE_THE_SCHEMA: dict[str, Callable[[Text, Text], Iterable[Change]]] = {
    REST: routes.changes,
    TABLE: table.changes,
    FIELDS: fields.changes,
    ERRORS: errors.changes,
}


@dataclass(frozen=True)
class Met:
    """An operation, what it touches, and why the new schema refuses it."""

    operation: Operation
    touches: frozenset[str]
    problems: tuple[str, ...]


def compared(base: Side, head: Side, project: Side, today: date) -> Report:
    """What the change from `base` to `head` does. What is out, and what is approved, stands in `project`.

    Raises NotReadable where either side cannot be read.
    """
    out = shipped(project).living(today)
    notices: list[str] = []
    texts = {path: both(base, head, path) for path in CONTRACTS}
    notices += missing(base, head)
    if not any(texts.values()) and not (base.whole and head.whole):
        raise NotReadable(f"{base.label} and {head.label} have no contract in common to compare")
    schemas = pair(texts[SCHEMA])
    met = meeting(*schemas, out, notices) if schemas else []
    silent = base.silent or head.silent
    if silent:
        notices.append("introspection tells no directives: who may call and what is followed is not compared")
    found = of_schema(*schemas, met, silent, today) if schemas else []
    for path, compare in BESIDE_THE_SCHEMA.items():
        found += new_to(found, compare(*told)) if (told := texts[path]) else ()
    found += gone(base, head)
    found += release_integrity.changes(base, project, today)
    names = {path: text[1].name for path, text in texts.items() if text and not head.whole}
    findings = [judged(replace(one, file=names.get(one.contract, one.contract)), out, met) for one in found]
    findings += [judged(change, out, met) for change in unexplained(met, findings)]
    given = approvals.approvals(project)
    named = tuple(approved(finding, given, today) for finding in sorted(findings, key=order))
    mending = tuple(stale(given, named, today, base.whole and head.whole))
    return Report(base.label, head.label, named, mending, tuple(notices))


def pair(texts: tuple[Text, Text] | None) -> tuple[Contract, Contract] | None:
    return (contract(texts[0]), contract(texts[1])) if texts else None


def order(finding: Finding) -> tuple[int, int, str, str]:
    return (-finding.grade, -len(finding.broken), finding.change.contract, finding.change.id)


def of_schema(old: Contract, new: Contract, met: Iterable[Met], silent: bool, today: date) -> list[Change]:
    """The changes of schema.graphql with their lines; a removal as what its deprecation promised makes of it."""
    found = [placed(change, SCHEMA, old.lines, new.lines) for change in changes(old, new, silent)]
    used = frozenset().union(*(one.touches for one in met))
    return [deprecation.judged(one, old, today, not used.isdisjoint(one.touches)) for one in found]


def changes(old: Contract, new: Contract, silent: bool = False) -> Iterator[Change]:
    """Every change of a schema, each once; where a side is silent of directives, none of those, nor of descriptions:
    AppSync is given none."""
    yield from (one for one in structure.changes(old, new) if not (silent and one.kind == "description-changed"))
    yield from deprecation.changes(old, new)
    if not silent:
        yield from access.changes(old, new)
        yield from directives.changes(old, new)
        yield from appsync_support.changes(old, new)


def both(base: Side, head: Side, path: str) -> tuple[Text, Text] | None:
    """A contract as either side has it; None where one has none."""
    old, new = base.read(path), head.read(path)
    return (old, new) if old and new else None


def missing(base: Side, head: Side) -> Iterator[str]:
    """Says which contracts the base has not, if it is a tree that could have them; `contracts/` by the folder alone."""
    if not base.whole:
        return
    absent = [path for path in CONTRACTS if base.read(path) is None and (head.whole or head.read(path))]
    if all(path in absent for path in ARTEFACTS):
        absent = [path for path in absent if path not in ARTEFACTS] + [f"{GENERATED}/"]
    for path in absent:
        yield f"no {path} at the base: there is nothing to compare it with yet"


def new_to(found: Iterable[Change], changes: Iterable[Change]) -> list[Change]:
    """Those changes that another contract has not shown yet: who may call a field stands in the schema as well."""
    shown = {(change.kind, change.where) for change in found}
    return [change for change in changes if (change.kind, change.where) not in shown]


def gone(base: Side, head: Side) -> Iterator[Change]:
    """Contracts that were removed."""
    for path in CONTRACTS if base.whole and head.whole else ():
        if base.read(path) and head.read(path) is None:
            yield Change("contract-removed", path, "the file was removed", contract=path)


def meeting(old: Contract, new: Contract, out: Shipped, notices: list[str]) -> list[Met]:
    """Each living operation that the old schema answers. What neither answers was broken before, which is told."""
    met, unfit = [], []
    for operation in out.operations:
        before, after = operation.problems(old.schema), operation.problems(new.schema)
        if not before:
            met.append(Met(operation, touched(old.schema, operation.document), tuple(after)))
        elif after:
            unfit.append(f"{operation.file}:{operation.line}: {operation.title}: {before[0]}")
    if unfit:
        more = f" (and {len(unfit) - 1} more)" if len(unfit) > 1 else ""
        notices.append(f"does not fit the base already, and is not judged: {unfit[0]}{more}")
    return met


def judged(change: Change, out: Shipped, met: Iterable[Met]) -> Finding:
    """A change with what it does to each operation that meets it, by what its app was built with."""
    rule = RULES[change.kind]
    broken, affected = [], []
    for one in met:
        grade = rule.of(one.operation.version.profile).grade
        if grade is Grade.BREAKING and not one.touches.isdisjoint(change.touches):
            broken.append(one.operation.title)
        elif not one.touches.isdisjoint(change.touches | change.brushes):
            affected.append(one.operation.title)
    return Finding(change, rule, out.profiles, tuple(broken), tuple(affected))


def unexplained(met: list[Met], findings: list[Finding]) -> Iterator[Change]:
    """Operations that the new schema refuses though no change is known to break them: never passed in silence."""
    explained = {title for finding in findings for title in finding.broken}
    for one in met:
        if one.problems and one.operation.title not in explained:
            where, what = one.operation.title, f"the operation is refused: {one.problems[0]}"
            file = one.operation.file
            yield Change("operation-invalid", where, what, contract=file, file=file, line=one.operation.line)


def approved(finding: Finding, given: Iterable[Approval], today: date) -> Finding:
    """The finding with what approves it: for a key of the table, only what names a migration."""
    for one in given:
        suits = one.migration or finding.change.contract != TABLE
        if one.id == finding.change.id and finding.grade is Grade.BREAKING and suits and not one.is_expired(today):
            return replace(finding, approval=one)
    return finding


def stale(given: Iterable[Approval], findings: Collection[Finding], today: date, whole: bool) -> Iterator[str]:
    """What is wrong with the approvals: one that is over, names no migration, or approves nothing that is there."""
    used = {finding.approval for finding in findings}
    keys = {finding.change.id for finding in findings if finding.change.contract == TABLE}
    for one in given:
        if one.is_expired(today):
            yield f"{approvals.FILE}: the approval of {one.id} ended on {one.until}"
        elif one.id in keys and not one.migration:
            yield f"{approvals.FILE}: {one.id} strands rows, and its approval names no migration"
        elif one not in used and whole:
            yield f"{approvals.FILE}: nothing breaking has the id {one.id}; remove the entry, or mend its id"
