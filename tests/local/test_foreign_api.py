"""The emulator runs any schema: here another API, with its own functions, limits and auth modes."""

from collections.abc import Iterator

import pytest

from local import assumptions
from tests.local.foreign import server
from tests.local.foreign.server import LIMITS, STAFF, LibraryClient
from tests.local.ws_client import connect_client

REVIEWS = "query($genre: Genre) { books(genre: $genre) { id reviews { stars } } }"
ADD = 'mutation($id: ID!, $stars: Int!) { addReview(bookId: $id, stars: $stars, text: "Good") { bookId stars text } }'
ON_REVIEW = "subscription($id: ID) { onReview(bookId: $id) { bookId stars } }"


@pytest.fixture(scope="module")
def library() -> Iterator[LibraryClient]:
    with server.run_server() as client:
        yield client


def test_a_query_returns_what_its_function_returns(library: LibraryClient) -> None:
    response = library.execute('{ book(id: "emma") { title genre publishedAt author { name } } }', as_user=STAFF)
    emma = {"title": "Emma", "genre": "NOVEL", "publishedAt": "1815-12-23T00:00Z", "author": {"name": "Jane Austen"}}
    assert response.data == {"book": emma}


def test_arguments_are_coerced_by_the_types_of_the_schema(library: LibraryClient) -> None:
    query = "query($after: AWSDateTime) { books(genre: NOVEL, publishedAfter: $after) { id } }"
    assert library.execute(query, after="1816-01-01T00:00Z").data == {"books": [{"id": "persuasion"}]}
    rejected = library.execute(query, after="yesterday")
    reason = "Unable to parse `yesterday` as a valid DateTime Object."
    assert [error["message"] for error in rejected.errors] == [f"Variable 'after' has an invalid value. {reason}"]


def test_the_reviews_of_all_books_take_one_invocation(library: LibraryClient) -> None:
    response = library.execute(REVIEWS, genre="NOVEL")
    assert [book["reviews"] for book in response.data["books"]] == [[{"stars": 5}, {"stars": 4}], [{"stars": 5}]]
    assert response.invocations == [("Query.books", 1), ("Book.reviews", 2)]


def test_more_books_than_the_batch_size_take_several_invocations(library: LibraryClient) -> None:
    response = library.execute(REVIEWS)
    assert sorted(response.invocations) == [("Book.reviews", 1), ("Book.reviews", 2), ("Query.books", 1)]
    assert [book["reviews"] is None for book in response.body["data"]["books"]] == [False, False, True]
    (error,) = response.errors
    assert (error["path"], error["errorType"], error["message"]) == (
        ["books", 2, "reviews"],
        "Unreviewed",
        "calculus has no reviews",
    )


def test_a_cached_field_is_answered_without_its_function(library: LibraryClient) -> None:
    query = '{ book(id: "persuasion") { title } }'
    first, second = library.execute(query, as_user="ada"), library.execute(query, as_user="grace")
    assert first.invocations == [("Query.book", 1)]
    assert (second.data, second.invocations) == (first.data, [])
    assert [hit["field"] for hit in second.trace["cache"]] == ["Query.book"]


def test_a_mutation_evicts_the_cached_value_of_its_keys(library: LibraryClient) -> None:
    query = '{ book(id: "calculus") { title } }'
    library.execute(query)
    add_response = library.execute(ADD, as_user=STAFF, id="calculus", stars=3)
    assert add_response.data == {"addReview": {"bookId": "calculus", "stars": 3, "text": "Good"}}
    assert add_response.body["extensions"]["apiCacheEntriesDeleted"] == 1
    assert library.execute(query).invocations == [("Query.book", 1)]


def test_a_field_rejects_an_auth_mode_that_its_directives_do_not_allow(library: LibraryClient) -> None:
    response = library.execute(ADD, as_user="ada", id="emma", stars=5)
    assert (response.body["data"], response.invocations) == ({"addReview": None}, [])
    message = "Not Authorized to access addReview on type Mutation"
    assert [(error["errorType"], error["message"]) for error in response.errors] == [("Unauthorized", message)]


def test_a_type_rejects_an_auth_mode_that_its_directives_do_not_allow(library: LibraryClient) -> None:
    response = library.execute('{ book(id: "emma") { title author { id } } }', as_user="ada")
    assert response.body["data"] == {"book": {"title": "Emma", "author": None}}
    message = "Not Authorized to access id on type Author"
    assert [(error["errorType"], error["message"]) for error in response.errors] == [("Unauthorized", message)]


def test_an_error_of_a_function_has_its_type_and_info(library: LibraryClient) -> None:
    response = library.execute(ADD, as_user=STAFF, id="emma", stars=6)
    (error,) = response.errors
    assert (error["errorType"], error["errorInfo"]) == ("TooManyStars", {"stars": 6, "max": 5})


def test_a_subscriber_receives_the_reviews_of_its_book(library: LibraryClient) -> None:
    with connect_client(library) as client:
        client.subscribe(ON_REVIEW, id="emma")
        for id in ("persuasion", "emma"):
            assert library.execute(ADD, as_user=STAFF, id=id, stars=4).data["addReview"]["bookId"] == id
        assert client.receive_change() == {"bookId": "emma", "stars": 4}


def test_the_limits_of_the_api_apply(library: LibraryClient) -> None:
    status, type, message = assumptions.TOO_MANY_TOKENS
    response = library.execute("{" + ' book(id: "emma") { id }' * 20 + "}")
    assert (response.status, response.errors) == (status, [{"errorType": type, "message": message}])
    with connect_client(library) as client:
        for _ in range(LIMITS.subscriptions):
            client.subscribe(ON_REVIEW)
        client.start(ON_REVIEW)
        (error,) = client.receive()["payload"]["errors"]
        assert error["message"] == "Max number of 2 subscriptions reached"
