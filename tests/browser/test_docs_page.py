"""The page `/docs` in a browser: Swagger UI shows the REST contract and runs its operations."""

from tests.browser.chromium import Page
from tests.browser.conftest import OpenPage
from tests.local import dataset

HOME = dataset.PROPERTIES[4]


def run_operation(page: Page, operation: str, values: dict[str, str]) -> str:
    """Runs an operation with these parameters in the page, and returns the response that the page shows."""
    block = f"#operations-Homes-{operation}"
    page.click(f"{block} .opblock-summary-control")
    for name, value in values.items():
        page.fill(f"{block} tr[data-param-name={name}] input", value)
    page.click(f"{block} .execute")
    return page.texts(f"{block} .live-responses-table .response .response-col_description .highlight-code")[0]


def test_the_page_shows_each_operation_of_the_contract(open_page: OpenPage) -> None:
    page = open_page("/docs")
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


def test_an_operation_is_run_with_a_token_and_an_api_key_of_the_server(open_page: OpenPage) -> None:
    answer = run_operation(open_page("/docs"), "getProperty", {"id": HOME.id})
    assert HOME.address in answer


def test_the_page_fits_the_width_of_a_phone(open_page: OpenPage) -> None:
    page = open_page("/docs", 390)
    page.texts(".opblock-summary-path")
    assert page.js("document.documentElement.scrollWidth") == 390
