"""Constraints of images and profiles. An invalid value is rejected with its field and the reason."""

from typing import Any

import pytest

from tests.resolvers import factories
from tests.resolvers.events import execute, expect_error, invalid_input

URL_REASON = "must be an http(s) address of at most 2,048 characters"
EMAIL_REASON = "must be an e-mail address of at most 254 characters"
NEW_IMAGE = {"url": "https://images.example.com/1.jpg"}
INVALID_URLS = [
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
INVALID_EMAILS = ["", "ada", "@b.c", "a@", "a b@c.d", "a@b@c.d", "a@b.c\n", "x" * 250 + "@b.cd"]
INVALID_IMAGE_FIELDS = [
    *[("url", url, URL_REASON) for url in INVALID_URLS],
    ("caption", "x" * 501, "has 501 characters; 0 to 500 are allowed"),
    ("width", 0, "is 0; 1 to 1,000,000 is allowed"),
    ("height", 1_000_001, "is 1000001; 1 to 1,000,000 is allowed"),
]
VALID_IMAGE_FIELDS = [
    ("url", "http://images.example.com"),
    ("url", "https://images.example.com/" + "x" * 2021),
    ("caption", "x" * 500),
    ("caption", ""),
    ("width", 1),
    ("height", 1_000_000),
]
INVALID_USER_FIELDS = [
    ("name", "", "has 0 characters; 1 to 100 are allowed"),
    ("name", "x" * 101, "has 101 characters; 1 to 100 are allowed"),
    *[("email", text, EMAIL_REASON) for text in INVALID_EMAILS],
]

pytestmark = pytest.mark.usefixtures("shared_table")


@pytest.mark.parametrize(("name", "value", "reason"), INVALID_IMAGE_FIELDS)
def test_constraints_apply_to_a_new_image(name: str, value: Any, reason: str) -> None:
    error = expect_error("Mutation.addImage", propertyId="h1", input=NEW_IMAGE | {name: value})
    assert error == invalid_input(f"input.{name}", reason)


@pytest.mark.parametrize(("name", "value", "reason"), INVALID_IMAGE_FIELDS)
def test_constraints_apply_to_a_changed_image(name: str, value: Any, reason: str) -> None:
    error = expect_error("Mutation.updateImage", propertyId="h1", imageId="p1", input={name: value})
    assert error == invalid_input(f"input.{name}", reason)


@pytest.mark.parametrize(("name", "value"), VALID_IMAGE_FIELDS)
def test_valid_image_fields_are_accepted(table: str, name: str, value: Any) -> None:
    factories.create_property("h1")
    [image] = execute("Mutation.addImage", propertyId="h1", input=NEW_IMAGE | {name: value})["images"]
    assert image[name] == value


@pytest.mark.parametrize(("name", "value", "reason"), INVALID_USER_FIELDS)
def test_constraints_apply_to_a_changed_profile(name: str, value: Any, reason: str) -> None:
    assert expect_error("Mutation.updateMe", input={name: value}) == invalid_input(f"input.{name}", reason)


@pytest.mark.parametrize(("name", "value"), [("name", "x"), ("name", "x" * 100), ("email", "a@b"), ("email", "é@b.c")])
def test_valid_profile_fields_are_accepted(table: str, name: str, value: str) -> None:
    assert execute("Mutation.updateMe", input={name: value})[name] == value
