"""Hypothesis strategies of all records, within their constraints."""

from dataclasses import fields
from typing import Any

from hypothesis import strategies as st

from data.records import FieldChange, HistoryEvent, HistoryKind, Image, Listing, ListingStatus, Property, User
from tests.data import factories

IDS = st.from_regex(r"[a-zA-Z0-9-]{1,64}", fullmatch=True)
TIMESTAMPS = st.integers(0, 500_000).map(factories.timestamp)
URLS = st.from_regex(r"https?://[a-z]{1,20}/[a-zé]{0,20}", fullmatch=True)
PRICES = st.integers(0, 10**14).map(lambda cents: cents / 100)
BEDROOM_COUNTS = st.integers(0, 1_000)
BATHROOM_COUNTS = st.integers(0, 4_000).map(lambda quarters: quarters / 4)
SQUARE_FEET = st.integers(0, 2_000_000_000)
STATUSES = st.sampled_from(ListingStatus)


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def records(record: type, **attributes: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Returns a strategy of a record type; each attribute needs a strategy, even one with a default."""
    missing = {field.name for field in fields(record)} - attributes.keys()
    assert missing == set(), f"add the attributes to those of {record.__name__} in tests/data/strategies.py"
    return st.builds(record, **attributes)


IMAGES = records(
    Image,
    id=IDS,
    property_id=IDS,
    url=URLS,
    caption=optional(st.text(max_size=500)),
    width=optional(st.integers(1, 1_000_000)),
    height=optional(st.integers(1, 1_000_000)),
    created_at=TIMESTAMPS,
)
PROPERTIES = records(
    Property,
    id=IDS,
    version=st.integers(1, 10**9),
    address=st.text(min_size=5, max_size=200),
    zip_code=optional(st.from_regex(r"[0-9]{5}", fullmatch=True)),
    price=PRICES,
    status=STATUSES,
    bedrooms=optional(BEDROOM_COUNTS),
    bathrooms=optional(BATHROOM_COUNTS),
    living_area_sqft=optional(SQUARE_FEET),
    lot_size_sqft=optional(SQUARE_FEET),
    year_built=optional(st.integers(1000, 2200)),
    latitude=optional(st.floats(-90, 90)),
    longitude=optional(st.floats(-180, 180)),
    description=optional(st.text(max_size=1_000)),
    owner_id=IDS,
    image_ids=st.lists(IDS, max_size=50).map(tuple),
    cover_image_url=optional(URLS),
    images=st.none(),
    created_at=TIMESTAMPS,
    updated_at=TIMESTAMPS,
)
LISTINGS = records(
    Listing,
    id=IDS,
    zip_code=st.from_regex(r"[0-9]{5}", fullmatch=True),
    address=st.text(min_size=5, max_size=200),
    price=PRICES,
    status=STATUSES,
    bedrooms=optional(BEDROOM_COUNTS),
    bathrooms=optional(BATHROOM_COUNTS),
    living_area_sqft=optional(SQUARE_FEET),
    cover_image_url=optional(URLS),
    listed_at=TIMESTAMPS,
)
CHANGES = records(
    FieldChange, field=st.text(max_size=20), before=optional(st.text(max_size=50)), after=optional(st.text(max_size=50))
)
EVENTS = records(
    HistoryEvent,
    id=IDS,
    at=TIMESTAMPS,
    kind=st.sampled_from(HistoryKind),
    version=st.integers(1, 10**9),
    changed_by_id=IDS,
    changes=st.lists(CHANGES, max_size=5).map(tuple),
)
USERS = records(
    User,
    id=IDS,
    name=st.text(min_size=1, max_size=100),
    email=optional(st.emails()),
    property_count=st.integers(0, 10**6),
    created_at=optional(TIMESTAMPS),
)
