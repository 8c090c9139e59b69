"""The Lambda function `reviews`."""

from typing import Any

STARS = {"emma": [5, 4], "persuasion": [5]}


def handle(event: Any, context: object) -> Any:
    return of_books(event) if isinstance(event, list) else add(event)


def of_books(events: list[Any]) -> list[Any]:
    """Returns the reviews of each event's book, in order; for `calculus` an error."""
    return [of_book(event["source"]["id"]) for event in events]


def of_book(id: str) -> dict[str, Any]:
    if id == "calculus":
        return {"data": None, "errorType": "Unreviewed", "errorMessage": "calculus has no reviews"}
    return {"data": [{"bookId": id, "stars": stars} for stars in STARS[id]]}


def add(event: Any) -> dict[str, Any]:
    """Returns the review in the arguments; an error if it has more than five stars."""
    review = event["arguments"]
    if review["stars"] > 5:
        info = {"stars": review["stars"], "max": 5}
        return {"err": {"type": "TooManyStars", "message": "at most 5 stars are allowed", "info": info}}
    return {"ok": review}


def on_review() -> None:
    """AppSync itself resolves `Subscription.onReview`."""
