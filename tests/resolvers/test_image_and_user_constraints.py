"""What may be said of a picture and of oneself; all else is refused by name and place."""

from typing import Any

import pytest

from tests.resolvers import factories
from tests.resolvers.events import ok, out_of_bounds, refused

URL_FORM = "must be an http(s) address of at most 2,048 characters"
EMAIL_FORM = "must be an e-mail address of at most 254 characters"
NEW_PICTURE = {"url": "https://images.example.com/1.jpg"}
NO_URLS = [
    "",
    "images.example.com/1.jpg",
    "//images.example.com/1.jpg",
    "ftp://images.example.com/1.jpg",
    "javascript:alert(1)",
    "javascript://x/%0aalert(1)",
    "data:text/html,x",
    "http://",
    "https:///1.jpg",
    "https://images.example.com/a b.jpg",
    "https://images.example.com/1.jpg\n",
    " https://images.example.com/1.jpg",
    "https://images.example.com/" + "x" * 2022,
]
NO_EMAILS = ["", "ada", "@b.c", "a@", "a b@c.d", "a@b@c.d", "a@b.c\n", "x" * 250 + "@b.cd"]
OUT_OF_A_PICTURES_BOUNDS = [
    *[("url", url, URL_FORM) for url in NO_URLS],
    ("caption", "x" * 501, "has 501 characters; 0 to 500 are allowed"),
    ("width", 0, "is 0; 1 to 1,000,000 is allowed"),
    ("height", 1_000_001, "is 1000001; 1 to 1,000,000 is allowed"),
]
WITHIN_A_PICTURES_BOUNDS = [
    ("url", "http://images.example.com"),
    ("url", "https://images.example.com/" + "x" * 2021),
    ("caption", "x" * 500),
    ("caption", ""),
    ("width", 1),
    ("height", 1_000_000),
]
OUT_OF_MY_BOUNDS = [
    ("name", "", "has 0 characters; 1 to 100 are allowed"),
    ("name", "x" * 101, "has 101 characters; 1 to 100 are allowed"),
    *[("email", text, EMAIL_FORM) for text in NO_EMAILS],
]

pytestmark = pytest.mark.usefixtures("standing")


@pytest.mark.parametrize(("name", "value", "why"), OUT_OF_A_PICTURES_BOUNDS)
def test_a_new_picture_is_within_bounds(name: str, value: Any, why: str) -> None:
    sent = refused("Mutation.addImage", propertyId="h1", input=NEW_PICTURE | {name: value})
    assert sent == out_of_bounds(f"input.{name}", why)


@pytest.mark.parametrize(("name", "value", "why"), OUT_OF_A_PICTURES_BOUNDS)
def test_a_changed_picture_is_within_bounds(name: str, value: Any, why: str) -> None:
    sent = refused("Mutation.updateImage", propertyId="h1", imageId="p1", input={name: value})
    assert sent == out_of_bounds(f"input.{name}", why)


@pytest.mark.parametrize(("name", "value"), WITHIN_A_PICTURES_BOUNDS)
def test_all_that_is_within_bounds_may_be_said_of_a_picture(table: str, name: str, value: Any) -> None:
    factories.home("h1")
    [image] = ok("Mutation.addImage", propertyId="h1", input=NEW_PICTURE | {name: value})["images"]
    assert image[name] == value


@pytest.mark.parametrize(("name", "value", "why"), OUT_OF_MY_BOUNDS)
def test_a_changed_profile_is_within_bounds(name: str, value: Any, why: str) -> None:
    assert refused("Mutation.updateMe", input={name: value}) == out_of_bounds(f"input.{name}", why)


@pytest.mark.parametrize(("name", "value"), [("name", "x"), ("name", "x" * 100), ("email", "a@b"), ("email", "é@b.c")])
def test_all_that_is_within_bounds_may_be_said_of_me(table: str, name: str, value: str) -> None:
    assert ok("Mutation.updateMe", input={name: value})[name] == value
