"""Benchmark of the local server: the p95 of one client's requests while another client sends hostile requests."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import quantiles

import httpx
from tqdm import tqdm

from data.dynamodb import table
from tests.local.appsync.hostile_documents import hostile_requests, page_items

SECONDS = 4  # of each hostile request, which is sent again and again
QUIET_REQUESTS = 300
ME = {"query": "{ me { id } }"}
MAX_RATIO = 5  # to the p95 without a hostile request
MAX_MS = 100  # if this is larger


@contextmanager
def hostile_client(url: str, token: str, body: bytes) -> Iterator[Callable[[], int]]:
    """Sends a request again and again, from a thread. Yields a function that returns the number of responses so far."""
    statuses: list[int] = []
    ended = threading.Event()

    def send() -> None:
        with httpx.Client(base_url=url, headers={"authorization": token}, timeout=120) as http:
            while not ended.is_set():
                statuses.append(http.post("/graphql", content=body).status_code)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield lambda: len(statuses)
    finally:
        ended.set()
        thread.join()
    assert statuses
    assert set(statuses) <= {200, 400}, statuses


def p95_ms(http: httpx.Client, is_finished: Callable[[int], bool]) -> float:
    """Returns the p95 of requests that are sent one after another until `is_finished` of their number."""
    durations: list[float] = []
    while not is_finished(len(durations)):
        started_at = time.perf_counter()
        assert http.post("/graphql", json=ME).json() == {"data": {"me": {"id": "ada"}}}
        durations.append((time.perf_counter() - started_at) * 1000)
    return quantiles(durations, n=20)[-1]


def p95_beside(http: httpx.Client, url: str, token: str, body: bytes) -> float:
    """Returns the p95 beside one hostile request: for SECONDS, and at least until it has been answered once."""
    until = time.monotonic() + SECONDS
    with hostile_client(url, token, body) as response_count:
        return p95_ms(http, lambda count: count >= 20 and time.monotonic() > until and response_count() > 0)


def measure(url: str, token: Callable[[str], str], print_table: Callable[..., None]) -> None:
    """Prints the p95 without and beside each hostile request, and the requests beside which it is above the limit."""
    table.put_many(page_items(100))
    with httpx.Client(base_url=url, headers={"authorization": token("ada")}, timeout=120) as http:
        p95_ms(http, lambda count: count >= QUIET_REQUESTS)
        quiet = p95_ms(http, lambda count: count >= QUIET_REQUESTS)
        rows = [
            (name, p95_beside(http, url, token("grace"), request.body))
            for name, request in tqdm(hostile_requests().items(), leave=False, disable=None)
        ]
    limit = max(MAX_RATIO * quiet, MAX_MS)
    print_table("p95 of `me` beside a hostile request", [("without", quiet), *rows])
    above_limit = [name for name, ms in rows if ms > limit]
    print(f"  above the limit of {limit:.0f} ms ({MAX_RATIO} times that without, at least {MAX_MS} ms): {above_limit}")
