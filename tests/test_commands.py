"""Each command of the README and of the guides runs: here, in CI, or only where its reason says.

The commands are read from the documents. A command that matches none of the patterns below fails a test:
add how it runs.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, STDOUT

import httpx
import pytest

from local.paths import ROOT
from tests.documentation import GUIDES, README, commands
from tests.examples import assert_matches, example_outputs
from tests.local.cli.conftest import ELM, HEADER
from tests.local.test_server import free_port
from tests.make import MAKE_OPTIONS
from tests.schema_diff.test_program import git
from tools.names import tracked_files

# Patterns of commands, by how they run. Each command matches one pattern, and each pattern a command.
SERVERS = ("make run", r"make run ORIGINS=\S+ HOSTS=\S+")
AT_SERVER = (
    r"(KEY|TOKEN)=\$\(make .+\)",
    r"curl -si? .*localhost:8000/.+",
    "make (token|key) .+",
    r"make load FILE=sales\.csv",
    "make verify",
    r"(send|ask|rest)\(\) .+",
)
IN_COPY = ("make schema", "make schema-diff", r"make schema-diff BASE=[\w.]+( HEAD=\S+| FORMAT=.+)?")
IN_CLOUD_TIER = ("make synth STAGE=.+",)
IN_CI = {  # the commands of .ci/run that run it
    "make check": {"make check"},
    "make scan": {"make scan"},
    "make e2e": {"make e2e"},
    "make test": {"make test"},
    "make test-all": {"make test", "make test-tiers"},
    "make clients": {"make test-tiers"},
}
REASONS = {
    "make (diff|deploy|destroy) STAGE=.+": "needs an AWS account",
    "make probe ENDPOINT=.+": "needs a deployed API; tests/conformance runs the program at a local server",
    "TOKEN=… make schema-diff BASE=https:.+": "needs a deployed API; tests/schema_diff/test_endpoint.py runs it",
    "aws dynamodb .+": "needs a table in AWS",
    r"\w+=\S*<.+>\S*": "is an address or a credential of the reader's API in AWS",
    r"scratch\(\) .+": "needs the scratch API in AWS",
    "make (test-nightly|soak)": "takes hours",
    "make bench": "takes many minutes and measures the machine",
    "make release VERSION=.+": "is followed by a publication; tests/tools/test_release.py runs the program",
}
PATTERNS = (*SERVERS, *AT_SERVER, *IN_COPY, *IN_CLOUD_TIER, *IN_CI, *REASONS)
START_SECONDS = 60


def matches(pattern: str, command: str) -> bool:
    return re.fullmatch(pattern, command, re.DOTALL) is not None


def matching_commands(document: Path, patterns: tuple[str, ...]) -> list[str]:
    """Returns the commands of a document that match one of the patterns, in order."""
    return [command for command in commands(document) if any(matches(pattern, command) for pattern in patterns)]


def test_each_command_of_a_document_has_one_way_to_run() -> None:
    count = {
        command: sum(matches(pattern, command) for pattern in PATTERNS)
        for document in GUIDES
        for command in commands(document)
    }
    assert {command: patterns for command, patterns in count.items() if patterns != 1} == {}


def test_each_way_to_run_is_that_of_a_command() -> None:
    unused = [pattern for pattern in PATTERNS if not any(matching_commands(guide, (pattern,)) for guide in GUIDES)]
    assert unused == []


def test_ci_runs_the_commands_that_no_test_runs() -> None:
    assert set().union(*IN_CI.values()) <= set((ROOT / ".ci" / "run").read_text().splitlines())


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository as a reader has it: with the branch main, two releases and the files of the examples."""
    folder = tmp_path_factory.mktemp("copy")
    for name in tracked_files(ROOT):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    for name in (".venv", ".cache"):
        (folder / name).symlink_to(ROOT / name)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all", "--", ":!.venv", ":!.cache")
    git(folder, "commit", "--quiet", "--message", "as it is")
    for tag in ("v1.0", "v1.1"):
        git(folder, "tag", tag)
    for name in ("old.graphql", "new.graphql"):
        shutil.copy2(ROOT / "schema.graphql", folder / name)
    (folder / "sales.csv").write_text(f"{HEADER}\n{ELM}\n")
    return folder


def run_commands(script: list[str], folder: Path, **environment: str) -> list[str]:
    """Runs commands in one shell and returns the output of each. Fails at the first one that fails."""
    prelude = f'set -euo pipefail\nmake() {{ command make {shlex.join(MAKE_OPTIONS)} "$@"; }}\n'
    text = prelude + "".join(f"{command}\nprintf '\\0'\n" for command in script)
    variables = {**os.environ, **environment}
    process = subprocess.run(["bash", "-c", text], cwd=folder, env=variables, capture_output=True, text=True)
    *outputs, rest = process.stdout.split("\0")
    assert process.returncode == 0, f"{script[len(outputs)]}\n{rest}{process.stderr}"
    return outputs


@contextmanager
def start_server(command: str) -> Iterator[str]:
    """Runs a `make run …` of a document on a free port, and yields the port when the server listens."""
    port = str(free_port())
    arguments = ["make", *MAKE_OPTIONS, *shlex.split(command)[1:]]
    environment = {**os.environ, "PORT": port}
    with subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=PIPE, stderr=STDOUT, text=True) as process:
        try:
            assert process.stdout
            assert any("Serving on" in line for line in process.stdout)
            yield port
        finally:
            process.terminate()
            process.communicate(timeout=START_SECONDS)


@pytest.fixture(scope="module")
def port() -> Iterator[str]:
    """The port of the server that the README starts."""
    [command] = set(matching_commands(README, SERVERS))
    with start_server(command) as server_port:
        yield server_port


def at_port(command: str, port: str) -> str:
    return command.replace("localhost:8000", f"localhost:{port}")


@pytest.mark.process
def test_the_commands_of_the_readme_print_what_it_shows(copy: Path, port: str) -> None:
    script = matching_commands(README, AT_SERVER)
    outputs = run_commands([at_port(command, port) for command in script], copy, PORT=port)
    output_by_command = dict(zip(script, outputs, strict=True))
    examples = example_outputs(README)
    assert len(examples) == 3
    for command, example in examples.items():
        assert_matches(example, output_by_command[command])
    [graphql] = [json.loads(output) for output in outputs if "listingsByZip" in output]
    trace = graphql["extensions"]["trace"]
    assert "four invocations and four DynamoDB requests" in README.read_text()
    assert (len(trace["resolvers"]), len(trace["dynamodb"])) == (4, 4)


@pytest.mark.process
def test_the_functions_of_the_first_deployment_list_send_requests(copy: Path, port: str) -> None:
    [document] = [guide for guide in GUIDES if guide.name == "first-deployment.md"]
    credentials = matching_commands(README, (AT_SERVER[0],))[-1]
    calls = ["ask '{ me { id } }'", "rest '/properties?limit=1'"]
    script = [credentials, *matching_commands(document, AT_SERVER), *calls]
    url = f"http://localhost:{port}"
    *_, response, page = run_commands(script, copy, PORT=port, API=f"{url}/graphql", REST=url)
    assert response.startswith("HTTP/1.1 200 ")
    assert json.loads(response.splitlines()[-1]) == {"data": {"me": {"id": "ada"}}}
    assert page.startswith("HTTP/1.1 200 ")


@pytest.mark.process
def test_a_server_accepts_the_origin_and_the_host_that_its_command_names() -> None:
    [command] = {command for guide in GUIDES for command in matching_commands(guide, SERVERS[1:])}
    settings = dict(argument.split("=") for argument in shlex.split(command)[2:])
    with start_server(command) as port:
        headers = {"origin": settings["ORIGINS"], "host": f"{settings['HOSTS']}:{port}"}
        response = httpx.post(f"http://127.0.0.1:{port}/token", headers=headers, json={"user": "ada"}, timeout=20)
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, settings["ORIGINS"])


@pytest.mark.process
def test_the_contracts_are_written_and_compared_as_the_documents_say(copy: Path) -> None:
    script = list(dict.fromkeys(command for guide in GUIDES for command in matching_commands(guide, IN_COPY)))
    schema, *comparisons = run_commands(script, copy)
    assert schema.splitlines()[-1].startswith("wrote schema.graphql, contracts/")
    assert [output for output in comparisons if "0 breaking, 0 dangerous, 0 safe" not in output] == []
    reports = re.findall(r"=(diff\.\w+)", " ".join(script))
    assert reports and [name for name in reports if not (copy / name).stat().st_size] == []


@pytest.mark.cloud
def test_the_template_of_a_stage_is_written_as_the_documents_say(copy: Path) -> None:
    stages = {command for guide in GUIDES for command in matching_commands(guide, IN_CLOUD_TIER)}
    run_commands(sorted(stages), copy)
    assert [stage for stage in ("dev", "staging") if not list((copy / "cdk.out" / stage).glob("*.template.json"))] == []
