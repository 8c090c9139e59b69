"""Any record whatever, within its bounds."""

from dataclasses import fields
from typing import Any

from hypothesis import strategies as st

from data.records import FieldChange, HistoryEvent, HistoryKind, Image, Listing, ListingStatus, Property, User
from tests.data import factories

IDS = st.from_regex(r"[a-zA-Z0-9-]{1,64}", fullmatch=True)
TIMES = st.integers(0, 500_000).map(factories.at)
URLS = st.from_regex(r"https?://[a-z]{1,20}/[a-zé]{0,20}", fullmatch=True)
PRICES = st.integers(0, 10**14).map(lambda cents: cents / 100)
ROOMS = st.integers(0, 1_000)
BATHS = st.integers(0, 4_000).map(lambda quarters: quarters / 4)
AREAS = st.integers(0, 2_000_000_000)
STATUSES = st.sampled_from(ListingStatus)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def records(record: type, **attributes: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any record of a type; each of its attributes must be drawn, those with a default too."""
    missing = {field.name for field in fields(record)} - attributes.keys()
    assert missing == set(), f"add the attributes to those of {record.__name__} in tests/data/strategies.py"
    return st.builds(record, **attributes)


IMAGES = records(
    Image,
    id=IDS,
    property_id=IDS,
    url=URLS,
    caption=maybe(st.text(max_size=500)),
    width=maybe(st.integers(1, 1_000_000)),
    height=maybe(st.integers(1, 1_000_000)),
    created_at=TIMES,
)
PROPERTIES = records(
    Property,
    id=IDS,
    version=st.integers(1, 10**9),
    address=st.text(min_size=5, max_size=200),
    zip_code=maybe(st.from_regex(r"[0-9]{5}", fullmatch=True)),
    price=PRICES,
    status=STATUSES,
    bedrooms=maybe(ROOMS),
    bathrooms=maybe(BATHS),
    living_area_sqft=maybe(AREAS),
    lot_size_sqft=maybe(AREAS),
    year_built=maybe(st.integers(1000, 2200)),
    latitude=maybe(st.floats(-90, 90)),
    longitude=maybe(st.floats(-180, 180)),
    description=maybe(st.text(max_size=1_000)),
    owner_id=IDS,
    image_ids=st.lists(IDS, max_size=50).map(tuple),
    cover_image_url=maybe(URLS),
    images=st.none(),
    created_at=TIMES,
    updated_at=TIMES,
)
LISTINGS = records(
    Listing,
    id=IDS,
    zip_code=st.from_regex(r"[0-9]{5}", fullmatch=True),
    address=st.text(min_size=5, max_size=200),
    price=PRICES,
    status=STATUSES,
    bedrooms=maybe(ROOMS),
    bathrooms=maybe(BATHS),
    living_area_sqft=maybe(AREAS),
    cover_image_url=maybe(URLS),
    listed_at=TIMES,
)
CHANGES = records(
    FieldChange, field=st.text(max_size=20), before=maybe(st.text(max_size=50)), after=maybe(st.text(max_size=50))
)
EVENTS = records(
    HistoryEvent,
    id=IDS,
    at=TIMES,
    kind=st.sampled_from(HistoryKind),
    version=st.integers(1, 10**9),
    changed_by_id=IDS,
    changes=st.lists(CHANGES, max_size=5).map(tuple),
)
USERS = records(
    User,
    id=IDS,
    name=st.text(min_size=1, max_size=100),
    email=maybe(st.emails()),
    property_count=st.integers(0, 10**6),
    created_at=maybe(TIMES),
)
