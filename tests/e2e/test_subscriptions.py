"""Changes from the deployed table's stream, published by the deployed function, to subscribers."""

from tests.e2e.conftest import DeployedServer
from tests.e2e.deployment import Deployment
from tests.local.ws_client import ON_PROPERTY_CHANGE, ON_ZIP_CHANGE, connect_client

CREATE = 'mutation { createProperty(input: {address: "1 Elm Street", price: 100, zipCode: "94113"}) { id } }'
PRICE = "mutation($id: ID!) { updateProperty(id: $id, expectedVersion: 1, input: {price: 2}) { version } }"
MOVE = 'mutation($id: ID!) { updateProperty(id: $id, expectedVersion: 2, input: {zipCode: "94114"}) { version } }'
TIMEOUT_SECONDS = 60


def test_a_change_reaches_subscribers_of_the_property_and_its_zips(deployed_server: DeployedServer) -> None:
    with (
        connect_client(deployed_server, "olga") as old_zip,
        connect_client(deployed_server, "olga") as new_zip,
        connect_client(deployed_server, "olga") as property_subscriber,
    ):
        old_zip.subscribe(ON_ZIP_CHANGE, zip="94113")
        new_zip.subscribe(ON_ZIP_CHANGE, zip="94114")
        property_id = deployed_server.execute(CREATE, as_user="ada").data["createProperty"]["id"]
        assert summary(old_zip.receive_change(TIMEOUT_SECONDS)) == (property_id, "CREATED", 1, True)
        property_subscriber.subscribe(ON_PROPERTY_CHANGE, id=property_id)
        deployed_server.execute(PRICE, as_user="ada", id=property_id)
        assert property_subscriber.receive_change(TIMEOUT_SECONDS) == {
            "propertyId": property_id,
            "kind": "PRICE_CHANGED",
            "version": 2,
            "price": 2,
        }
        assert summary(old_zip.receive_change(TIMEOUT_SECONDS)) == (property_id, "PRICE_CHANGED", 2, True)
        deployed_server.execute(MOVE, as_user="ada", id=property_id)
        assert summary(old_zip.receive_change(TIMEOUT_SECONDS)) == (property_id, "DETAILS_CHANGED", 3, False)
        assert summary(new_zip.receive_change(TIMEOUT_SECONDS)) == (property_id, "DETAILS_CHANGED", 3, True)


def summary(change: dict[str, object]) -> tuple[object, ...]:
    return tuple(change[name] for name in ("propertyId", "kind", "version", "listed"))


def test_the_dead_letter_queue_is_empty(stage: Deployment) -> None:
    sqs = stage.account.client("sqs")
    (queue,) = [url for url in sqs.list_queues()["QueueUrls"] if "DeadLetters" in url]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    assert attributes["Attributes"] == {"ApproximateNumberOfMessages": "0"}
