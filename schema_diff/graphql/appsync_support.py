"""Changes after which AppSync rejects the schema, so that the deployment stops."""

from collections.abc import Iterator

from schema_diff.changes import Change
from schema_diff.graphql.appsync_restrictions import (
    MAX_BYTES,
    UnsupportedConstruct,
    deployed_bytes,
    unsupported_constructs,
)
from schema_diff.graphql.schema_document import SchemaDocument


def changes(old: SchemaDocument, new: SchemaDocument) -> Iterator[Change]:
    """Yields the constructs that AppSync rejects in the new schema and not in the old one."""
    old_constructs = set(rejected_constructs(old))
    for coordinate, construct in dict.fromkeys(rejected_constructs(new)):
        if (coordinate, construct) not in old_constructs:
            yield Change(
                "appsync-unsupported", coordinate, f"AppSync supports no {construct}", construct.replace(" ", "-")
            )


def rejected_constructs(document: SchemaDocument) -> Iterator[UnsupportedConstruct]:
    yield from unsupported_constructs(document.document)
    if document.byte_count > MAX_BYTES and deployed_bytes(document.document) > MAX_BYTES:
        yield "schema", f"schema of more than {MAX_BYTES:,} bytes"
