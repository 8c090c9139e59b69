"""The rules of changes of the other contracts: keys, fields and limits, errors, and REST."""

from schema_diff.rules import breaking, dangerous, safe

MIGRATE = 'write a migration that moves the items, and name it in the approval: migration = "docs/…"'

KEYS = {
    "key-pattern-changed": breaking("finds nothing: stored items keep their old keys", MIGRATE),
    "key-pattern-added": safe("is not affected"),
    "key-attribute-changed": breaking("finds nothing: DynamoDB creates another table for other keys", MIGRATE),
    "key-parsing-changed": breaking("gets the data of another id than the one in the stored key", MIGRATE),
    "index-removed": breaking(
        "gets an error from each field that reads it", "stop reading it first, and remove it a release later"
    ),
    "index-changed": breaking("gets an error while DynamoDB replaces the index", MIGRATE),
    "index-item-added": dangerous(
        "misses older items, which lack the attributes of the index", "add the attributes before a resolver reads it"
    ),
    "index-added": dangerous(
        "misses items that lack its attributes; DynamoDB adds one index an update",
        "add the attributes before a resolver reads it",
    ),
}
FIELDS = {
    "cache-added": dangerous(
        "may get a result that is stale for this number of seconds", "evict it in each mutation that changes it"
    ),
    "cache-removed": safe("gets the current result; it costs more reads"),
    "cache-longer": dangerous(
        "may get a result that is stale for this number of seconds", "evict it in each mutation that changes it"
    ),
    "cache-shorter": safe("gets a fresher result"),
    "cache-key-removed": breaking(
        "may get the cached result of another caller, or of other arguments",
        "keep the path in `by`, or make sure that the result does not depend on it",
    ),
    "cache-key-added": safe("gets its own result; fewer results are shared"),
    "batch-added": dangerous(
        "that reads errorInfo of this field finds none: an error of a batch has only a type and a message",
        "put the details into the message, and make sure that the function returns parents in their order",
    ),
    "batch-removed": safe("gets the same result; it costs one invocation for each parent"),
    "batch-changed": safe("gets the same result"),
    "eviction-removed": dangerous(
        "that wrote may read the earlier result until the cache entry expires", "keep evicting it"
    ),
    "eviction-added": safe("that wrote reads its own write"),
    "limit-lowered": dangerous(
        "with an operation above the limit gets it rejected", "measure the largest released operation first"
    ),
    "limit-raised": safe("gets the same result"),
    "usage-plan-removed": breaking("with a key of that plan gets 403", "move its customers to another plan first"),
    "function-changed": safe("gets the same result"),
}
ERRORS = {
    "error-type-removed": breaking(
        "that switches on the type never gets it again, and gets an error type that it does not know",
        "keep returning the type",
    ),
    "error-type-added": dangerous("has no branch for it", "return it only from new fields"),
    "error-returned": dangerous(
        "may have no branch for it there", "return it only if a client uses a new argument or field"
    ),
    "error-dropped": safe("does not get it there any more"),
    "error-info-removed": breaking("that reads it from errorInfo finds nothing", "keep returning it"),
    "error-info-changed": breaking(
        "that reads it from errorInfo finds a value of another type", "add a member of another name, and keep this one"
    ),
    "error-info-added": safe("ignores it"),
    "error-retry-withdrawn": breaking(
        "retries the request automatically, and the write may be applied twice",
        "return another type if a write may have been applied",
    ),
    "error-retry-allowed": safe("works as before"),
}
KEEP_OLD = "keep it alongside the new one, and remove it after its last call"
REST = {
    "route-added": safe("does not call it"),
    "route-removed": breaking("gets 404: the route does not exist", KEEP_OLD),
    "parameter-added": safe("does not send it"),
    "parameter-added/required": breaking("does not send it, and gets 400", "make it optional, with a default"),
    "parameter-removed": breaking("keeps sending it, and it has no effect", "keep accepting it"),
    "parameter-became-required": breaking("that omits it gets 400", "keep it optional"),
    "parameter-became-optional": safe("sends the same as before"),
    "parameter-narrowed": breaking(
        "that sends a value that is no longer allowed gets 400", "keep accepting the earlier values"
    ),
    "parameter-widened": safe("sends the same as before"),
    "parameter-default-changed": dangerous(
        "that omits it now gets the new default", "keep the default; new apps can send the value"
    ),
    "body-added/required": breaking("sends none, and gets 400", "make it optional"),
    "body-added": safe("sends none"),
    "body-removed": breaking("keeps sending it, and it has no effect", "keep accepting it"),
    "body-became-required": breaking("that sends none gets 400", "keep it optional"),
    "body-became-optional": safe("sends the same as before"),
    "body-narrowed": breaking(
        "that sends a value that is no longer allowed gets 400", "keep accepting the earlier values"
    ),
    "body-widened": safe("sends the same as before"),
    "body-default-changed": dangerous(
        "that omits it now sends the new default", "keep the default; new apps can send the value"
    ),
    "body-field-added": safe("does not send it"),
    "body-field-added/required": breaking("does not send it, and gets 400", "make it optional"),
    "body-field-removed": breaking("keeps sending it, and it has no effect", "keep accepting it"),
    "media-type-added": safe("keeps using its own"),
    "media-type-removed": breaking("that sends or accepts it gets an error", KEEP_OLD),
    "status-added": dangerous("has no branch for it", "return it only to new requests"),
    "status-removed": breaking("expects that status, and gets another", "keep returning it"),
    "answer-widened": breaking("gets a value that its code does not expect", "add a field for it, and keep this one"),
    "answer-narrowed": safe("gets only values that it expects"),
    "answer-default-changed": safe("reads the value in the response, not the default"),
    "answer-field-added": safe("ignores it"),
    "answer-field-removed": breaking("reads it and finds nothing", KEEP_OLD),
    "answer-value-added": dangerous("may have no branch for it", "return it only to new requests"),
    "header-removed": breaking("reads it and finds nothing", "keep sending it"),
    "header-added": safe("ignores it"),
    "rest-access-lost": breaking("with that credential gets 401 or 403", "keep accepting it until no client uses it"),
    "rest-access-gained": dangerous("with that credential may now call it", "make sure that this is intended"),
    "server-changed": dangerous("calls the URL that it was built with", "keep serving the old URL"),
}

NON_SCHEMA_RULES = {**KEYS, **FIELDS, **ERRORS, **REST}
