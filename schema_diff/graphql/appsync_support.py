"""Changes after which AppSync refuses the schema, whatever they mean to clients: the deployment stops."""

from collections.abc import Iterator

from schema_diff.changes import Change
from schema_diff.graphql.appsync_restrictions import MAX_BYTES, Unsupported, deployed_bytes, unsupported
from schema_diff.graphql.schema_document import Contract


def changes(old: Contract, new: Contract) -> Iterator[Change]:
    """What AppSync refuses of the new schema, and did not refuse of the old one."""
    known = set(refused(old))
    for where, construct in dict.fromkeys(refused(new)):
        if (where, construct) not in known:
            yield Change("appsync-refuses", where, f"AppSync takes no {construct}", construct.replace(" ", "-"))


def refused(side: Contract) -> Iterator[Unsupported]:
    yield from unsupported(side.document)
    if side.size > MAX_BYTES and deployed_bytes(side.document) > MAX_BYTES:
        yield "schema", f"schema of more than {MAX_BYTES:,} bytes"
