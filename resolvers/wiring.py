"""The field registry: one entry for each field that a function resolves. All other fields come with their parent."""

from data.errors import (
    IdempotencyMismatch,
    ImageNotFound,
    InvalidCursor,
    InvalidInput,
    LimitExceeded,
    PropertyNotFound,
    TryAgain,
    UserNotFound,
    VersionConflict,
)
from resolvers import history, images, listings, properties, stream, users
from resolvers.field_config import (
    COGNITO,
    IAM,
    OIDC,
    Batch,
    Cache,
    CacheEviction,
    FieldConfig,
    Limits,
    RestApiConfig,
    UsagePlan,
)
from resolvers.runtime.errors import Forbidden, InternalError, NotOwner, Unauthenticated

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
REST = RestApiConfig(seconds=29, cache_seconds=60, token_seconds=60, compressed_bytes=1_024, rate=1_000, burst=2_000)
USAGE_PLANS = {
    "commercial-basic": UsagePlan(rate=10, burst=20, quota=100_000),
    "commercial-pro": UsagePlan(rate=100, burst=200, quota=5_000_000),
    "government": UsagePlan(rate=500, burst=1_000, quota=50_000_000),
}
CONNECTION_BATCH_SIZE = 25  # parents; each page has up to 100 members, in `edges` and in `nodes`: more exceed 5 MB


def evict_property(path: str) -> tuple[CacheEviction, ...]:
    """Evicts the cached result of the property whose id is the value of `path`."""
    return (CacheEviction("Query.property", {"arguments.id": path}),)


EVICT_BY_ID = evict_property("arguments.id")
EVICT_BY_PROPERTY_ID = evict_property("arguments.propertyId")
EVICT_BY_INPUT = evict_property("arguments.input.propertyId")

# Errors: each entry names the errors of its own function. Every function may also return these:
FUNCTION_ERRORS = (InternalError, TryAgain)
CALLER_ERRORS = (Unauthenticated,)  # if the function takes the caller
CONNECTION_ERRORS = (InvalidInput, InvalidCursor)
OWNER_ERRORS = (InvalidInput, PropertyNotFound, NotOwner)  # only the owner may change a property

FIELDS = (
    FieldConfig(
        "Query.property", properties.by_id, SIGNED_IN, cache=Cache(60, keys=("arguments.id",)), errors=(InvalidInput,)
    ),
    FieldConfig("Query.properties", properties.by_ids, SIGNED_IN, errors=(InvalidInput, LimitExceeded)),
    FieldConfig(
        "Query.listingsByZip",
        listings.by_zip,
        SIGNED_IN,
        cache=Cache(30, keys=("arguments",)),
        errors=CONNECTION_ERRORS,
    ),
    FieldConfig("Query.user", users.by_id, SIGNED_IN, errors=(InvalidInput,)),
    FieldConfig("Query.me", users.me, SIGNED_IN),
    FieldConfig(
        "Mutation.createProperty",
        properties.create,
        SIGNED_IN,
        errors=(InvalidInput, Forbidden, UserNotFound, IdempotencyMismatch, PropertyNotFound),
    ),
    FieldConfig(
        "Mutation.updateProperty",
        properties.update,
        SIGNED_IN,
        evictions=EVICT_BY_ID,
        errors=(*OWNER_ERRORS, VersionConflict),
    ),
    FieldConfig(
        "Mutation.deleteProperty",
        properties.delete,
        SIGNED_IN,
        evictions=EVICT_BY_ID,
        errors=(*OWNER_ERRORS, VersionConflict),
    ),
    FieldConfig(
        "Mutation.addImage",
        images.add,
        SIGNED_IN,
        evictions=EVICT_BY_PROPERTY_ID,
        errors=(*OWNER_ERRORS, LimitExceeded),
    ),
    FieldConfig(
        "Mutation.updateImage",
        images.update,
        SIGNED_IN,
        evictions=EVICT_BY_PROPERTY_ID,
        errors=(*OWNER_ERRORS, ImageNotFound),
    ),
    FieldConfig(
        "Mutation.removeImage",
        images.remove,
        SIGNED_IN,
        evictions=EVICT_BY_PROPERTY_ID,
        errors=(*OWNER_ERRORS, ImageNotFound),
    ),
    FieldConfig(
        "Mutation.reorderImages",
        images.reorder,
        SIGNED_IN,
        evictions=EVICT_BY_PROPERTY_ID,
        errors=(*OWNER_ERRORS, LimitExceeded),
    ),
    FieldConfig("Mutation.updateMe", users.update_me, SIGNED_IN, errors=(InvalidInput,)),
    FieldConfig(
        "Mutation.publishPropertyChange",
        stream.publish_property_change,
        BACKEND,
        none_data_source=True,
        evictions=EVICT_BY_INPUT,
    ),
    FieldConfig("Mutation.publishZipChange", stream.publish_zip_change, BACKEND, none_data_source=True),
    FieldConfig(
        "Subscription.onPropertyChange",
        stream.on_property_change,
        SIGNED_IN,
        none_data_source=True,
        subscribes_to=("publishPropertyChange",),
    ),
    FieldConfig(
        "Subscription.onZipChange",
        stream.on_zip_change,
        SIGNED_IN,
        none_data_source=True,
        subscribes_to=("publishZipChange",),
    ),
    FieldConfig("Property.owner", users.by_ids, SIGNED_IN, batch=Batch(100, by="owner_id")),
    FieldConfig("Property.images", images.of_properties, SIGNED_IN, batch=Batch(100)),
    FieldConfig("Property.coverImage", images.cover_images, SIGNED_IN, batch=Batch(100)),
    FieldConfig(
        "Property.history",
        history.of_properties,
        SIGNED_IN,
        batch=Batch(CONNECTION_BATCH_SIZE, by="id"),
        errors=CONNECTION_ERRORS,
    ),
    FieldConfig("Listing.property", properties.of_listings, SIGNED_IN, batch=Batch(100, by="id")),
    FieldConfig("HistoryEvent.changedBy", users.by_ids, SIGNED_IN, batch=Batch(100, by="changed_by_id")),
    FieldConfig("User.email", users.emails, SIGNED_IN, batch=Batch(100)),
    FieldConfig(
        "User.properties",
        properties.of_users,
        SIGNED_IN,
        batch=Batch(CONNECTION_BATCH_SIZE, by="id"),
        errors=CONNECTION_ERRORS,
    ),
)

FIELD_BY_PATH = {field.path: field for field in FIELDS}
