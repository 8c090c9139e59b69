"""From the deployed table's stream, by the deployed function, to those who follow a home or a ZIP."""

from tests.e2e.conftest import Desk
from tests.e2e.deployment import Deployment
from tests.local.ws_client import ON_HOME, ON_ZIP, connected

CREATE = 'mutation { createProperty(input: {address: "1 Elm Street", price: 100, zipCode: "94113"}) { id } }'
PRICE = "mutation($id: ID!) { updateProperty(id: $id, expectedVersion: 1, input: {price: 2}) { version } }"
MOVE = 'mutation($id: ID!) { updateProperty(id: $id, expectedVersion: 2, input: {zipCode: "94114"}) { version } }'
SECONDS = 60


def test_a_change_of_a_home_reaches_who_follows_it_and_its_zips(desk: Desk) -> None:
    with connected(desk, "olga") as left, connected(desk, "olga") as entered, connected(desk, "olga") as followed:
        left.follow(ON_ZIP, zip="94113")
        entered.follow(ON_ZIP, zip="94114")
        home = desk.ask(CREATE, as_="ada").data["createProperty"]["id"]
        assert told(left.change(SECONDS)) == (home, "CREATED", 1, True)
        followed.follow(ON_HOME, id=home)
        desk.ask(PRICE, as_="ada", id=home)
        assert followed.change(SECONDS) == {"propertyId": home, "kind": "PRICE_CHANGED", "version": 2, "price": 2}
        assert told(left.change(SECONDS)) == (home, "PRICE_CHANGED", 2, True)
        desk.ask(MOVE, as_="ada", id=home)
        assert told(left.change(SECONDS)) == (home, "DETAILS_CHANGED", 3, False)
        assert told(entered.change(SECONDS)) == (home, "DETAILS_CHANGED", 3, True)


def told(change: dict[str, object]) -> tuple[object, ...]:
    return tuple(change[name] for name in ("propertyId", "kind", "version", "listed"))


def test_nothing_that_was_published_lies_among_what_was_lost(stage: Deployment) -> None:
    sqs = stage.account.client("sqs")
    (queue,) = [url for url in sqs.list_queues()["QueueUrls"] if "Lost" in url]
    asked = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    assert asked["Attributes"] == {"ApproximateNumberOfMessages": "0"}
