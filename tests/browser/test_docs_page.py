"""`/docs`: the REST contract in a browser, where it can be tried at once."""

from tests.browser.chromium import Page
from tests.browser.conftest import Opens
from tests.local import dataset

HOME = dataset.ALL[4]


def tried(page: Page, operation: str, values: dict[str, str]) -> str:
    """The answer that the page shows when an operation is tried with these parameters."""
    block = f"#operations-Homes-{operation}"
    page.click(f"{block} .opblock-summary-control")
    for name, value in values.items():
        page.fill(f"{block} tr[data-param-name={name}] input", value)
    page.click(f"{block} .execute")
    return page.texts(f"{block} .live-responses-table .response .response-col_description .highlight-code")[0]


def test_it_shows_each_operation_of_the_contract(opened: Opens) -> None:
    page = opened("/docs")
    assert page.texts(".opblock-summary-path") == [
        "/properties",
        "/properties",
        "/properties/{id}",
        "/properties/{id}",
        "/properties/{id}",
        "/properties/{id}/images",
        "/properties/{id}/history",
        "/users/{id}/properties",
    ]


def test_an_operation_is_tried_with_a_token_and_a_key_of_the_desks_own(opened: Opens) -> None:
    answer = tried(opened("/docs"), "getProperty", {"id": HOME.id})
    assert HOME.address in answer


def test_a_phone_shows_it_without_scrolling_sideways(opened: Opens) -> None:
    page = opened("/docs", 390)
    page.texts(".opblock-summary-path")
    assert page.js("document.documentElement.scrollWidth") == 390
