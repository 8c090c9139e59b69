"""What each kind of change beside the schema means: of keys, of fields and limits, of errors, of the REST contract."""

from schema_diff.rules import breaking, dangerous, safe

MIGRATE = 'write a migration that moves the rows, and name it in the approval: migration = "docs/…"'

KEYS = {
    "key-pattern-changed": breaking("finds nothing: the rows that are there keep their old keys", MIGRATE),
    "key-pattern-added": safe("sees nothing of it"),
    "key-attribute-changed": breaking("finds nothing: DynamoDB makes another table for other keys", MIGRATE),
    "key-parsing-changed": breaking("is answered for another id than the stored key has", MIGRATE),
    "index-removed": breaking(
        "gets an error of each field that reads it", "stop reading it first, and remove it a release later"
    ),
    "index-changed": breaking("gets an error while DynamoDB removes the index and fills another", MIGRATE),
    "index-item-added": dangerous(
        "misses the items of before, which lack the attributes of the index", "fill it before anything reads it"
    ),
    "index-added": dangerous(
        "misses rows that lack its attributes; DynamoDB fills one index an update", "fill it before anything reads it"
    ),
}
FIELDS = {
    "cache-added": dangerous(
        "may be answered what was true so many seconds ago", "evict it in each mutation that changes it"
    ),
    "cache-removed": safe("is answered what is true; it costs more reads"),
    "cache-longer": dangerous(
        "may be answered what was true so many seconds ago", "evict it in each mutation that changes it"
    ),
    "cache-shorter": safe("is answered what is newer"),
    "cache-shared": breaking(
        "may be answered what was kept for another caller, or for other arguments",
        "keep the path in `by`, or prove that the answer is the same whatever stands there",
    ),
    "cache-split": safe("is answered its own; fewer answers are kept for all"),
    "batch-added": dangerous(
        "that switches on errorInfo of this field finds none: an error of a batch has a type and a message only",
        "put into the message what clients need, and see that the function answers parents in their order",
    ),
    "batch-removed": safe("is answered the same; it costs an invocation for each parent"),
    "batch-changed": safe("is answered the same"),
    "evicts-less": dangerous(
        "that wrote may read what was before, until the kept answer is too old", "go on evicting it"
    ),
    "evicts-more": safe("that wrote reads what it wrote"),
    "limit-lowered": dangerous("whose operation is greater is refused it", "measure the greatest that is out first"),
    "limit-raised": safe("is answered as before"),
    "usage-plan-removed": breaking("whose key is of that plan is answered 403", "move its customers to another first"),
    "function-changed": safe("is answered the same"),
}
ERRORS = {
    "error-type-removed": breaking(
        "that switches on the type never meets it again, and shows an error that it does not know",
        "go on returning the type",
    ),
    "error-type-added": dangerous("has no branch for it", "return it only from what is new"),
    "error-returned": dangerous(
        "may have no branch for it there", "return it only where a client asks for what is new"
    ),
    "error-dropped": safe("never meets it there again"),
    "error-info-removed": breaking("that reads it from errorInfo finds nothing", "go on giving it"),
    "error-info-changed": breaking(
        "that reads it from errorInfo finds a value of another type", "add a fact of another name, and keep this one"
    ),
    "error-info-added": safe("passes over it"),
    "error-retry-withdrawn": breaking(
        "sends the request again by itself, and what was done once may be done twice",
        "return another type where something may have been done",
    ),
    "error-retry-allowed": safe("goes on as before"),
}
GONE_ON = "go on as before beside the new, and take it away when nobody calls it"
REST = {
    "route-added": safe("does not call it"),
    "route-removed": breaking("is answered 404, for there is no such route", GONE_ON),
    "parameter-added": safe("does not send it"),
    "parameter-added/required": breaking("does not send it, and is answered 400", "let it be optional, with a default"),
    "parameter-removed": breaking("goes on sending it, and it means nothing any more", "go on taking it"),
    "parameter-became-required": breaking("that leaves it out is answered 400", "let it stay optional"),
    "parameter-became-optional": safe("sends what it always sent"),
    "parameter-narrowed": breaking(
        "that sends what is allowed no more is answered 400", "go on taking what was allowed"
    ),
    "parameter-widened": safe("sends what it always sent"),
    "parameter-default-changed": dangerous(
        "that leaves it out now asks for something else", "keep the default, and let new apps say what they want"
    ),
    "body-added/required": breaking("sends none, and is answered 400", "let it be optional"),
    "body-added": safe("sends none"),
    "body-removed": breaking("goes on sending it, and it means nothing any more", "go on taking it"),
    "body-became-required": breaking("that sends none is answered 400", "let it stay optional"),
    "body-became-optional": safe("sends what it always sent"),
    "body-narrowed": breaking("that sends what is allowed no more is answered 400", "go on taking what was allowed"),
    "body-widened": safe("sends what it always sent"),
    "body-default-changed": dangerous(
        "that leaves it out now sends something else", "keep the default, and let new apps say what they want"
    ),
    "body-field-added": safe("does not send it"),
    "body-field-added/required": breaking("does not send it, and is answered 400", "let it be optional"),
    "body-field-removed": breaking("goes on sending it, and it means nothing any more", "go on taking it"),
    "media-type-added": safe("goes on with its own"),
    "media-type-removed": breaking("that sends or wants it is refused", GONE_ON),
    "status-added": dangerous("has no branch for it", "answer it only to what is new"),
    "status-removed": breaking("waits for an answer of that status, and gets another", "go on answering it"),
    "answer-widened": breaking("gets what its code was not made for", "add a field for it, and let this one be"),
    "answer-narrowed": safe("gets what it was always ready for"),
    "answer-default-changed": safe("reads what the answer has, and no default"),
    "answer-field-added": safe("passes over it"),
    "answer-field-removed": breaking("looks for it and finds nothing", GONE_ON),
    "answer-value-added": dangerous("may have no branch for it", "answer it only to what is new"),
    "header-removed": breaking("looks for it and finds nothing", "go on sending it"),
    "header-added": safe("passes over it"),
    "rest-access-lost": breaking(
        "signed in that way is answered 401 or 403", "go on taking it until nobody signs in so"
    ),
    "rest-access-gained": dangerous("signed in that way may now call it", "make sure that they should"),
    "server-changed": dangerous("calls the address that it was built with", "keep the old address answering"),
}

BESIDE = {**KEYS, **FIELDS, **ERRORS, **REST}
