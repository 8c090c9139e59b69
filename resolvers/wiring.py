"""The table of fields: one row for each that a function answers. Everything else comes with its parent."""

from data.errors import (
    BadCursor,
    IdempotencyMismatch,
    ImageNotFound,
    InvalidInput,
    PropertyNotFound,
    TooMany,
    TryAgain,
    UserNotFound,
    VersionConflict,
)
from resolvers import history, images, listings, properties, stream, users
from resolvers.field_config import COGNITO, IAM, OIDC, Batch, Cache, Evict, Field, Limits, Plan, Rest
from resolvers.runtime.errors import InternalError, NotAllowed, NotSignedIn, NotTheOwner

SIGNED_IN = (COGNITO, OIDC)
BACKEND = (IAM,)

LIMITS = Limits(
    seconds=30,
    tokens=15_000,
    depth=20,
    resolvers=10_000,
    resolver_bytes=5 * 1024 * 1024,
    payload_bytes=6 * 1024 * 1024,
    published_bytes=240 * 1024,
    subscriptions=200,
)
MEMORY_MB = 256  # of each function
REST = Rest(seconds=29, cache_seconds=60, token_seconds=60, compressed_bytes=1_024, rate=1_000, burst=2_000)
PLANS = {
    "commercial-basic": Plan(rate=10, burst=20, quota=100_000),
    "commercial-pro": Plan(rate=100, burst=200, quota=5_000_000),
    "government": Plan(rate=500, burst=1_000, quota=50_000_000),
}
PARENTS_OF_PAGES = 25  # each may have 100 members, told in `edges` and again in `nodes`: more would pass AppSync's 5 MB


def evicts_home(path: str) -> tuple[Evict, ...]:
    """The kept answer of the home whose id stands at `path`."""
    return (Evict("Query.property", {"arguments.id": path}),)


BY_ID = evicts_home("arguments.id")
BY_PROPERTY = evicts_home("arguments.propertyId")
BY_INPUT = evicts_home("arguments.input.propertyId")

# Errors: each entry names those of its own function. Any function may also return these:
OF_ANY_FUNCTION = (InternalError, TryAgain)
OF_ANY_CALLER = (NotSignedIn,)  # if the function takes the caller
OF_PAGES = (InvalidInput, BadCursor)
OF_OWNERS = (InvalidInput, PropertyNotFound, NotTheOwner)  # whoever changes a property must own it

FIELDS = (
    Field("Query.property", properties.by_id, SIGNED_IN, cache=Cache(60, by=("arguments.id",)), errors=(InvalidInput,)),
    Field("Query.properties", properties.by_ids, SIGNED_IN, errors=(InvalidInput, TooMany)),
    Field("Query.listingsByZip", listings.by_zip, SIGNED_IN, cache=Cache(30, by=("arguments",)), errors=OF_PAGES),
    Field("Query.user", users.by_id, SIGNED_IN, errors=(InvalidInput,)),
    Field("Query.me", users.me, SIGNED_IN),
    Field(
        "Mutation.createProperty",
        properties.create,
        SIGNED_IN,
        errors=(InvalidInput, NotAllowed, UserNotFound, IdempotencyMismatch, PropertyNotFound),
    ),
    Field("Mutation.updateProperty", properties.update, SIGNED_IN, evicts=BY_ID, errors=(*OF_OWNERS, VersionConflict)),
    Field("Mutation.deleteProperty", properties.delete, SIGNED_IN, evicts=BY_ID, errors=(*OF_OWNERS, VersionConflict)),
    Field("Mutation.addImage", images.add, SIGNED_IN, evicts=BY_PROPERTY, errors=(*OF_OWNERS, TooMany)),
    Field("Mutation.updateImage", images.update, SIGNED_IN, evicts=BY_PROPERTY, errors=(*OF_OWNERS, ImageNotFound)),
    Field("Mutation.removeImage", images.remove, SIGNED_IN, evicts=BY_PROPERTY, errors=(*OF_OWNERS, ImageNotFound)),
    Field("Mutation.reorderImages", images.reorder, SIGNED_IN, evicts=BY_PROPERTY, errors=(*OF_OWNERS, TooMany)),
    Field("Mutation.updateMe", users.update_me, SIGNED_IN, errors=(InvalidInput,)),
    Field("Mutation.publishPropertyChange", stream.publish_property_change, BACKEND, local=True, evicts=BY_INPUT),
    Field("Mutation.publishZipChange", stream.publish_zip_change, BACKEND, local=True),
    Field(
        "Subscription.onPropertyChange",
        stream.on_property_change,
        SIGNED_IN,
        local=True,
        follows=("publishPropertyChange",),
    ),
    Field("Subscription.onZipChange", stream.on_zip_change, SIGNED_IN, local=True, follows=("publishZipChange",)),
    Field("Property.owner", users.by_ids, SIGNED_IN, batch=Batch(100, by="owner_id")),
    Field("Property.images", images.of_properties, SIGNED_IN, batch=Batch(100)),
    Field("Property.coverImage", images.covers, SIGNED_IN, batch=Batch(100)),
    Field(
        "Property.history", history.of_properties, SIGNED_IN, batch=Batch(PARENTS_OF_PAGES, by="id"), errors=OF_PAGES
    ),
    Field("Listing.property", properties.of_listings, SIGNED_IN, batch=Batch(100, by="id")),
    Field("HistoryEvent.changedBy", users.by_ids, SIGNED_IN, batch=Batch(100, by="changed_by_id")),
    Field("User.email", users.emails, SIGNED_IN, batch=Batch(100)),
    Field("User.properties", properties.of_users, SIGNED_IN, batch=Batch(PARENTS_OF_PAGES, by="id"), errors=OF_PAGES),
)

ROWS = {field.path: field for field in FIELDS}
