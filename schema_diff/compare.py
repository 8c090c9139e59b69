"""The comparison: reads both sources, finds the changes of every contract, and assesses them for released apps."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from schema_diff import approvals, release_integrity
from schema_diff.approvals import Approval
from schema_diff.changes import Change, with_lines
from schema_diff.contracts import errors, fields, table
from schema_diff.graphql import access, appsync_support, deprecation, directives, structure
from schema_diff.graphql.operation_coverage import coordinates_used_by
from schema_diff.graphql.schema_document import SchemaDocument, parse_schema
from schema_diff.openapi import routes
from schema_diff.operations import ReleasedApps, ReleasedOperation, released_apps
from schema_diff.report import ChangeFinding, ComparisonReport
from schema_diff.rules import SCHEMA_RULES as SCHEMA_RULES
from schema_diff.rules_other_contracts import NON_SCHEMA_RULES
from schema_diff.severity import Severity
from schema_diff.sources.source import (
    ARTEFACTS,
    CONTRACTS,
    ERRORS,
    FIELDS,
    GENERATED,
    REST,
    SCHEMA,
    TABLE,
    Source,
    SourceText,
    UnreadableSource,
)

RULES = {**SCHEMA_RULES, **NON_SCHEMA_RULES}
COMPARE_BY_CONTRACT: dict[str, Callable[[SourceText, SourceText], Iterable[Change]]] = {
    REST: routes.changes,
    TABLE: table.changes,
    FIELDS: fields.changes,
    ERRORS: errors.changes,
}


@dataclass(frozen=True)
class OperationImpact:
    """A released operation, the coordinates that it uses, and why it is invalid in the new schema."""

    operation: ReleasedOperation
    coordinates: frozenset[str]
    validation_errors: tuple[str, ...]


def compare(base: Source, head: Source, project: Source, today: date) -> ComparisonReport:
    """Returns the changes from `base` to `head`. Released operations and approvals are read from `project`.

    Raises UnreadableSource if either source cannot be read.
    """
    apps = released_apps(project).supported(today)
    notices: list[str] = []
    texts = {path: read_both(base, head, path) for path in CONTRACTS}
    notices += missing_at_base(base, head)
    if not any(texts.values()) and not (base.is_tree and head.is_tree):
        raise UnreadableSource(f"{base.label} and {head.label} have no contract in common to compare")
    schemas = parse_pair(texts[SCHEMA])
    impacts = affected_operations(*schemas, apps, notices) if schemas else []
    lacks_directives = base.lacks_directives or head.lacks_directives
    if lacks_directives:
        notices.append("introspection has no directives: access and subscription sources are not compared")
    found_changes = schema_changes(*schemas, impacts, lacks_directives, today) if schemas else []
    for path, compare_texts in COMPARE_BY_CONTRACT.items():
        found_changes += (
            without_duplicates(found_changes, compare_texts(*pair_of_texts)) if (pair_of_texts := texts[path]) else ()
        )
    found_changes += removed_contracts(base, head)
    found_changes += release_integrity.changes(base, project, today)
    names = {path: text[1].name for path, text in texts.items() if text and not head.is_tree}
    findings = [
        assess(replace(change, file=names.get(change.contract, change.contract)), apps, impacts)
        for change in found_changes
    ]
    findings += [assess(change, apps, impacts) for change in unexplained_failures(impacts, findings)]
    entries = approvals.read_approvals(project)
    assessed = tuple(apply_approval(finding, entries, today) for finding in sorted(findings, key=sort_key))
    problems = tuple(stale_approvals(entries, assessed, today, base.is_tree and head.is_tree))
    return ComparisonReport(base.label, head.label, assessed, problems, tuple(notices))


def parse_pair(texts: tuple[SourceText, SourceText] | None) -> tuple[SchemaDocument, SchemaDocument] | None:
    return (parse_schema(texts[0]), parse_schema(texts[1])) if texts else None


def sort_key(finding: ChangeFinding) -> tuple[int, int, str, str]:
    return (-finding.severity, -len(finding.broken), finding.change.contract, finding.change.id)


def schema_changes(
    old: SchemaDocument, new: SchemaDocument, impacts: Iterable[OperationImpact], lacks_directives: bool, today: date
) -> list[Change]:
    """Returns the changes of schema.graphql with their lines; removals are classified by their deprecation."""
    found_changes = [
        with_lines(change, SCHEMA, old.lines, new.lines) for change in all_changes(old, new, lacks_directives)
    ]
    coordinates = frozenset().union(*(item.coordinates for item in impacts))
    return [
        deprecation.classify_removal(item, old, today, not coordinates.isdisjoint(item.affects))
        for item in found_changes
    ]


def all_changes(old: SchemaDocument, new: SchemaDocument, lacks_directives: bool = False) -> Iterator[Change]:
    """Yields every change of a schema once; no directives or descriptions if a source lacks directives.

    AppSync gets no descriptions.
    """
    yield from (
        change
        for change in structure.changes(old, new)
        if not (lacks_directives and change.kind == "description-changed")
    )
    yield from deprecation.changes(old, new)
    if not lacks_directives:
        yield from access.changes(old, new)
        yield from directives.changes(old, new)
        yield from appsync_support.changes(old, new)


def read_both(base: Source, head: Source, path: str) -> tuple[SourceText, SourceText] | None:
    """Returns a contract of both sources; None if either source has none."""
    old, new = base.read(path), head.read(path)
    return (old, new) if old and new else None


def missing_at_base(base: Source, head: Source) -> Iterator[str]:
    """Yields a notice for each contract that the base tree lacks; one for the folder `contracts/`."""
    if not base.is_tree:
        return
    absent = [path for path in CONTRACTS if base.read(path) is None and (head.is_tree or head.read(path))]
    if all(path in absent for path in ARTEFACTS):
        absent = [path for path in absent if path not in ARTEFACTS] + [f"{GENERATED}/"]
    for path in absent:
        yield f"no {path} at the base: it is not compared"


def without_duplicates(earlier: Iterable[Change], changes: Iterable[Change]) -> list[Change]:
    """Returns the changes that no other contract has reported: the schema also has the access to a field."""
    reported = {(change.kind, change.location) for change in earlier}
    return [change for change in changes if (change.kind, change.location) not in reported]


def removed_contracts(base: Source, head: Source) -> Iterator[Change]:
    """Yields a change for each removed contract."""
    for path in CONTRACTS if base.is_tree and head.is_tree else ():
        if base.read(path) and head.read(path) is None:
            yield Change("contract-removed", path, "the file was removed", contract=path)


def affected_operations(
    old: SchemaDocument, new: SchemaDocument, apps: ReleasedApps, notices: list[str]
) -> list[OperationImpact]:
    """Returns each operation that is valid in the old schema; adds a notice if one is valid in neither."""
    impacts, invalid = [], []
    for operation in apps.operations:
        before, after = operation.validation_errors(old.schema), operation.validation_errors(new.schema)
        if not before:
            impacts.append(
                OperationImpact(operation, coordinates_used_by(old.schema, operation.document), tuple(after))
            )
        elif after:
            invalid.append(f"{operation.file}:{operation.line}: {operation.title}: {before[0]}")
    if invalid:
        more = f" (and {len(invalid) - 1} more)" if len(invalid) > 1 else ""
        notices.append(f"is invalid at the base, and is not assessed: {invalid[0]}{more}")
    return impacts


def assess(change: Change, apps: ReleasedApps, impacts: Iterable[OperationImpact]) -> ChangeFinding:
    """Returns the finding of a change: the operations that it breaks or affects, by the profile of their app."""
    rule = RULES[change.kind]
    broken, affected = [], []
    for impact in impacts:
        severity = rule.for_profile(impact.operation.version.profile).severity
        if severity is Severity.BREAKING and not impact.coordinates.isdisjoint(change.affects):
            broken.append(impact.operation.title)
        elif not impact.coordinates.isdisjoint(change.affects | change.may_affect):
            affected.append(impact.operation.title)
    return ChangeFinding(change, rule, apps.profiles, tuple(broken), tuple(affected))


def unexplained_failures(impacts: list[OperationImpact], findings: list[ChangeFinding]) -> Iterator[Change]:
    """Yields the operations that are invalid in the new schema although no change is known to break them."""
    explained = {title for finding in findings for title in finding.broken}
    for impact in impacts:
        if impact.validation_errors and impact.operation.title not in explained:
            title, description = impact.operation.title, f"the operation is invalid: {impact.validation_errors[0]}"
            file = impact.operation.file
            yield Change("operation-invalid", title, description, contract=file, file=file, line=impact.operation.line)


def apply_approval(finding: ChangeFinding, entries: Iterable[Approval], today: date) -> ChangeFinding:
    """Returns the finding with its approval; a change of the table's keys needs an approval with a migration."""
    for approval in entries:
        is_sufficient = approval.migration or finding.change.contract != TABLE
        if (
            approval.id == finding.change.id
            and finding.severity is Severity.BREAKING
            and is_sufficient
            and not approval.is_expired(today)
        ):
            return replace(finding, approval=approval)
    return finding


def stale_approvals(
    entries: Iterable[Approval], findings: Collection[ChangeFinding], today: date, is_tree: bool
) -> Iterator[str]:
    """Yields the problems of approvals: expired, without a required migration, or unused."""
    used = {finding.approval for finding in findings}
    key_change_ids = {finding.change.id for finding in findings if finding.change.contract == TABLE}
    for approval in entries:
        if approval.is_expired(today):
            yield f"{approvals.FILE}: the approval of {approval.id} expired on {approval.until}"
        elif approval.id in key_change_ids and not approval.migration:
            yield f"{approvals.FILE}: {approval.id} makes stored items unreachable, and its approval has no migration"
        elif approval not in used and is_tree:
            yield f"{approvals.FILE}: no breaking change has the id {approval.id}; remove the entry, or correct its id"
