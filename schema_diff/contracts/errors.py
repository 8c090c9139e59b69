"""contracts/errors.json: clients switch on an error's type, and read the facts in its `errorInfo`."""

from collections.abc import Iterator

from schema_diff.changes import Change
from schema_diff.contracts import artefact
from schema_diff.contracts.artefact import ContractFile
from schema_diff.sources.source import ERRORS, SourceText


def changes(before: SourceText, after: SourceText) -> Iterator[Change]:
    """Error types and their facts that were added, removed or changed, and fields that return other errors."""
    old, new = artefact.read(before), artefact.read(after)
    old_types, new_types = old.objects("errors"), new.objects("errors")
    for type in sorted(old_types.keys() - new_types.keys()):
        description = f"the error type {type} does not exist any more"
        yield build_change("error-type-removed", type, description, old, new, fields=fields(old, type))
    for type in sorted(new_types.keys() - old_types.keys()):
        paths = fields(new, type) & resolved_fields(old)
        description = f"there is a new error type, {type}"
        if paths:
            description += f", returned by {', '.join(sorted(paths))}"
        yield build_change("error-type-added", type, description, old, new, fields=paths)
    for type in sorted(old_types.keys() & new_types.keys()):
        yield from info_changes(type, old, new)
        yield from retry_changes(type, old, new)
        yield from field_changes(type, old, new)


def build_change(
    kind: str,
    location: str,
    description: str,
    old: ContractFile,
    new: ContractFile,
    detail: str = "",
    fields: frozenset[str] = frozenset(),
) -> Change:
    type, _, key = location.partition(".")
    path = ("errors", type, "errorInfo", key) if key else ("errors", type)
    line, base_line = new.line(*path), old.line(*path)
    return Change(kind, location, description, detail, fields, contract=ERRORS, line=line, base_line=base_line)


def fields(contract: ContractFile, type: str) -> frozenset[str]:
    """The fields that may return an error type."""
    return frozenset(contract.strings("errors", type, "fields"))


def resolved_fields(contract: ContractFile) -> frozenset[str]:
    """All fields that a function answers: each may return some error."""
    return frozenset().union(*(fields(contract, type) for type in contract.objects("errors")))


def info_changes(type: str, old: ContractFile, new: ContractFile) -> Iterator[Change]:
    before, after = (contract.objects("errors", type, "errorInfo") for contract in (old, new))
    paths = fields(old, type)
    for key, old_type in before.items():
        location, new_type = f"{type}.{key}", after.get(key)
        if key not in after:
            yield build_change(
                "error-info-removed", location, f"errorInfo of {type} has no {key} any more", old, new, fields=paths
            )
        elif new_type != old_type:
            description = f"{key} in errorInfo of {type} was a {old_type} and is a {new_type}"
            yield build_change("error-info-changed", location, description, old, new, str(new_type), paths)
    for key in sorted(after.keys() - before.keys()):
        yield build_change("error-info-added", f"{type}.{key}", f"errorInfo of {type} has a new {key}", old, new)


def retry_changes(type: str, old: ContractFile, new: ContractFile) -> Iterator[Change]:
    was_retryable, is_retryable = (contract.value_at("errors", type, "retryable") for contract in (old, new))
    if was_retryable and not is_retryable:
        description = f"after {type} the same request may not be sent again any more"
        yield build_change("error-retry-withdrawn", type, description, old, new, fields=fields(old, type))
    elif is_retryable and not was_retryable:
        yield build_change("error-retry-allowed", type, f"after {type} the same request may be sent again", old, new)


def field_changes(type: str, old: ContractFile, new: ContractFile) -> Iterator[Change]:
    """Fields that return an error for the first time, or no more; not fields that one side has not."""
    before, after = fields(old, type), fields(new, type)
    for path in sorted((after - before) & resolved_fields(old)):
        yield build_field_change("error-returned", path, f"it may now return {type}", old, new, type)
    for path in sorted((before - after) & resolved_fields(new)):
        yield build_field_change("error-dropped", path, f"it does not return {type} any more", old, new, type)


def build_field_change(
    kind: str, path: str, description: str, old: ContractFile, new: ContractFile, type: str
) -> Change:
    line, base_line = new.line("errors", type), old.line("errors", type)
    return Change(kind, path, description, type, frozenset({path}), contract=ERRORS, line=line, base_line=base_line)
