"""The Lambda function `books`."""

from typing import Any

BOOKS = (
    {
        "id": "emma",
        "title": "Emma",
        "genre": "NOVEL",
        "publishedAt": "1815-12-23T00:00Z",
        "author": {"id": "austen", "name": "Jane Austen"},
    },
    {
        "id": "persuasion",
        "title": "Persuasion",
        "genre": "NOVEL",
        "publishedAt": "1817-12-20T00:00Z",
        "author": {"id": "austen", "name": "Jane Austen"},
    },
    {
        "id": "calculus",
        "title": "Differential and Integral Calculus",
        "genre": "MATHEMATICS",
        "publishedAt": "1926-01-01T00:00Z",
        "author": {"id": "landau", "name": "Edmund Landau"},
    },
)


def handle(event: Any, context: object) -> Any:
    resolver = {"book": book, "books": books}[event["info"]["fieldName"]]
    return {"ok": resolver(event["arguments"])}


def book(arguments: dict[str, Any]) -> Any:
    return next((book for book in BOOKS if book["id"] == arguments["id"]), None)


def books(arguments: dict[str, Any]) -> list[Any]:
    genre, after = arguments.get("genre"), arguments.get("publishedAfter") or ""
    return [book for book in BOOKS if genre in (None, book["genre"]) and str(book["publishedAt"]) > after]
