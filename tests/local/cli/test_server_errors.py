"""Each command-line tool reports an invalid setting, or a server that it cannot use, with one sentence."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest
import uvicorn
from starlette.applications import Starlette

from local import running_server, tls
from local.cli import api_key, load, token, verify
from local.dynamodb import table_env
from tests.local import server_fixture
from tests.local.cli.conftest import ELM, HEADER
from tests.local.external_issuer import served

TOOLS: dict[str, tuple[Callable[[str], int], int]] = {  # each with its exit status
    "token": (lambda file: token.main([]), 1),
    "key": (lambda file: api_key.main([]), 1),
    "load": (lambda file: load.main([file]), 2),
    "verify": (lambda file: verify.main([]), 2),
}
Outcomes = dict[str, tuple[int, str, str]]


@pytest.fixture
def run_tools(
    tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcomes]:
    """A function that runs each tool in an environment and returns its exit status, its output and its error."""
    file = tmp_path / "sales.csv"
    file.write_text(f"{HEADER}\n{ELM}\n")

    def run(**environment: str) -> Outcomes:
        for name, text in environment.items():
            monkeypatch.setenv(name, text)
        return {name: (tool(str(file)), *capsys.readouterr()) for name, (tool, _) in TOOLS.items()}

    return run


def every_tool(sentence: str) -> Outcomes:
    """Returns the outcome of each tool that prints this sentence."""
    return {name: (status, "", f"{sentence}\n") for name, (_, status) in TOOLS.items()}


@pytest.fixture(scope="module")
def https_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The port of a server with TLS, whose certificate is of an authority of its own."""
    certificates = tls.certificates(tmp_path_factory.mktemp("tls"))
    config = uvicorn.Config(
        Starlette(),
        ssl_certfile=certificates.chain,
        ssl_keyfile=certificates.key,
        log_level="critical",
        lifespan="off",
        ws="none",
    )
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        server_fixture.run_uvicorn(config, listener),
    ):
        yield str(listener.getsockname()[1])


@pytest.fixture(scope="module")
def http_port() -> Iterator[str]:
    """The port of a server without TLS that is not the local server."""
    with served([]) as url:
        yield url.rpartition(":")[2]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("PORT", "abc", "PORT must be a number from 1 to 65535, not abc"),
        ("PORT", "65536", "PORT must be a number from 1 to 65535, not 65536"),
        ("TLS", "yes", "TLS must be 0 or 1, not yes"),
    ],
)
def test_an_invalid_setting(run_tools: Callable[..., Outcomes], name: str, text: str, sentence: str) -> None:
    assert run_tools(**{name: text}) == every_tool(sentence)


def test_a_port_on_which_nothing_listens(run_tools: Callable[..., Outcomes]) -> None:
    with closing(socket.socket()) as bound:  # so that no other process can use the port
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        outcomes = run_tools(PORT=str(port))
    sentence = f"no server listens on port {port}: start it with `make run`, or set PORT to its port"
    table_sentence = table_env.NO_TABLE.format(port=port)
    assert outcomes == {
        name: (status, "", f"{table_sentence if name in ('load', 'verify') else sentence}\n")
        for name, (_, status) in TOOLS.items()
    }


def test_an_https_server_without_tls_1(run_tools: Callable[..., Outcomes], https_port: str) -> None:
    sentence = f"the server on port {https_port} serves https: add TLS=1"
    assert run_tools(PORT=https_port) == every_tool(sentence)


def test_an_http_server_with_tls_1(run_tools: Callable[..., Outcomes], http_port: str) -> None:
    sentence = f"the server on port {http_port} does not serve https: omit TLS=1, or restart it with TLS=1"
    assert run_tools(PORT=http_port, TLS="1") == every_tool(sentence)


def test_an_https_server_with_another_certificate(run_tools: Callable[..., Outcomes], https_port: str) -> None:
    sentence = f"the certificate of the server on port {https_port} is not in .cache/tls: restart the server"
    assert run_tools(PORT=https_port, TLS="1") == every_tool(sentence)


def test_another_server(run_tools: Callable[..., Outcomes], http_port: str) -> None:
    sentence = running_server.another_server(int(http_port))
    assert run_tools(PORT=http_port) == every_tool(sentence)


def test_a_server_that_does_not_respond() -> None:
    error = running_server.unreachable(8000, TimeoutError())
    assert str(error) == "the server on port 8000 does not respond within 10 seconds"


@pytest.mark.parametrize("tool", [token, api_key, load, verify])
def test_an_unknown_option_is_reported_in_one_sentence(capsys: pytest.CaptureFixture[str], tool: ModuleType) -> None:
    with pytest.raises(SystemExit) as end:
        tool.main(["file.csv", "--colour"] if tool is load else ["--colour"])
    assert end.value.code == 2
    assert capsys.readouterr() == ("", f"unrecognized arguments: --colour (see python -m {tool.__name__} --help)\n")


@pytest.mark.parametrize("tool", [token, api_key, load, verify])
def test_the_help_states_the_usage_and_the_exit_status(capsys: pytest.CaptureFixture[str], tool: ModuleType) -> None:
    with pytest.raises(SystemExit) as end:
        tool.main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert end.value.code == 0
    assert [part for part in ("usage: ", f"python -m {tool.__name__}", "xit status") if part not in text] == []
