"""The emulator is not tied to properties: it runs another schema, with its own functions, limits and modes."""

from collections.abc import Iterator

import pytest

from local import assumptions
from tests.local.foreign import server
from tests.local.foreign.server import LIMITS, STAFF, Library
from tests.local.ws_client import connected

REVIEWS = "query($genre: Genre) { books(genre: $genre) { id reviews { stars } } }"
ADD = 'mutation($id: ID!, $stars: Int!) { addReview(bookId: $id, stars: $stars, text: "Good") { bookId stars text } }'
ON_REVIEW = "subscription($id: ID) { onReview(bookId: $id) { bookId stars } }"


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with server.running() as running:
        yield running


def test_a_query_returns_what_its_function_returns(library: Library) -> None:
    answer = library.ask('{ book(id: "emma") { title genre publishedAt author { name } } }', as_=STAFF)
    emma = {"title": "Emma", "genre": "NOVEL", "publishedAt": "1815-12-23T00:00Z", "author": {"name": "Jane Austen"}}
    assert answer.data == {"book": emma}


def test_arguments_reach_the_function_as_the_schema_types_them(library: Library) -> None:
    query = "query($after: AWSDateTime) { books(genre: NOVEL, publishedAfter: $after) { id } }"
    assert library.ask(query, after="1816-01-01T00:00Z").data == {"books": [{"id": "persuasion"}]}
    refused = library.ask(query, after="yesterday")
    reason = "Unable to parse `yesterday` as a valid DateTime Object."
    assert [error["message"] for error in refused.errors] == [f"Variable 'after' has an invalid value. {reason}"]


def test_the_reviews_of_all_books_are_one_invocation(library: Library) -> None:
    answer = library.ask(REVIEWS, genre="NOVEL")
    assert [book["reviews"] for book in answer.data["books"]] == [[{"stars": 5}, {"stars": 4}], [{"stars": 5}]]
    assert answer.invocations == [("Query.books", 1), ("Book.reviews", 2)]


def test_more_books_than_a_batch_holds_are_several_invocations(library: Library) -> None:
    answer = library.ask(REVIEWS)
    assert sorted(answer.invocations) == [("Book.reviews", 1), ("Book.reviews", 2), ("Query.books", 1)]
    assert [book["reviews"] is None for book in answer.body["data"]["books"]] == [False, False, True]
    (error,) = answer.errors
    assert (error["path"], error["errorType"], error["message"]) == (
        ["books", 2, "reviews"],
        "Unreviewed",
        "nobody has reviewed calculus",
    )


def test_a_cached_field_is_answered_without_its_function(library: Library) -> None:
    query = '{ book(id: "persuasion") { title } }'
    first, second = library.ask(query, as_="ada"), library.ask(query, as_="grace")
    assert first.invocations == [("Query.book", 1)]
    assert (second.data, second.invocations) == (first.data, [])
    assert [hit["field"] for hit in second.trace["cache"]] == ["Query.book"]


def test_a_mutation_evicts_the_cached_answer_that_it_names(library: Library) -> None:
    query = '{ book(id: "calculus") { title } }'
    library.ask(query)
    added = library.ask(ADD, as_=STAFF, id="calculus", stars=3)
    assert added.data == {"addReview": {"bookId": "calculus", "stars": 3, "text": "Good"}}
    assert added.body["extensions"]["apiCacheEntriesDeleted"] == 1
    assert library.ask(query).invocations == [("Query.book", 1)]


def test_a_field_is_closed_to_a_mode_that_its_directives_do_not_name(library: Library) -> None:
    answer = library.ask(ADD, as_="ada", id="emma", stars=5)
    assert (answer.body["data"], answer.invocations) == ({"addReview": None}, [])
    message = "Not Authorized to access addReview on type Mutation"
    assert [(error["errorType"], error["message"]) for error in answer.errors] == [("Unauthorized", message)]


def test_a_type_is_closed_to_a_mode_that_its_directives_do_not_name(library: Library) -> None:
    answer = library.ask('{ book(id: "emma") { title author { id } } }', as_="ada")
    assert answer.body["data"] == {"book": {"title": "Emma", "author": None}}
    message = "Not Authorized to access id on type Author"
    assert [(error["errorType"], error["message"]) for error in answer.errors] == [("Unauthorized", message)]


def test_an_error_of_a_function_has_its_type_and_info(library: Library) -> None:
    answer = library.ask(ADD, as_=STAFF, id="emma", stars=6)
    (error,) = answer.errors
    assert (error["errorType"], error["errorInfo"]) == ("TooManyStars", {"stars": 6, "max": 5})


def test_a_subscriber_receives_the_reviews_of_its_book(library: Library) -> None:
    with connected(library) as socket:
        socket.follow(ON_REVIEW, id="emma")
        for id in ("persuasion", "emma"):
            assert library.ask(ADD, as_=STAFF, id=id, stars=4).data["addReview"]["bookId"] == id
        assert socket.change() == {"bookId": "emma", "stars": 4}


def test_the_limits_are_those_of_the_api(library: Library) -> None:
    status, type, message = assumptions.TOO_MANY_TOKENS
    too_long = library.ask("{" + ' book(id: "emma") { id }' * 20 + "}")
    assert (too_long.status, too_long.errors) == (status, [{"errorType": type, "message": message}])
    with connected(library) as socket:
        for _ in range(LIMITS.subscriptions):
            socket.follow(ON_REVIEW)
        socket.start(ON_REVIEW)
        (error,) = socket.hear()["payload"]["errors"]
        assert error["message"] == "Max number of 2 subscriptions reached"
