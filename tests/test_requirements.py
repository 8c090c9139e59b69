"""The sets of pinned Python packages in requirements/: which verb gets what, and that they agree with each other."""

import re
import tomllib

import pytest

from local.paths import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SETS = ("run", "test", "synth", "all")
GROUPS = {
    file: re.findall(r"--group ([a-z]+)", options)
    for options, file in re.findall(r"pyproject\.toml (.+) --output-file requirements/(\w+)\.txt", MAKEFILE)
}
CDK = {"aws-cdk-lib", "cdk-nag", "constructs", "jsii"}
CHECKS = {"cfn-lint", "mypy", "ruff"}
TEST_TOOLS = {"hypothesis", "pytest", "schemathesis"}


def pins(name: str) -> dict[str, str]:
    """Returns the version, marker and hashes of each package of a set."""
    entries = re.split(r"^(?=\w)", (ROOT / "requirements" / f"{name}.txt").read_text(), flags=re.MULTILINE)[1:]
    return {re.split(r"[\[=]", entry)[0]: entry.partition("==")[2] for entry in entries}


def package(requirement: str) -> str:
    return re.split(r"[\[=<>]", requirement)[0]


@pytest.mark.parametrize("name", ["run", "test", "synth"])
def test_each_set_pins_the_same_packages_as_the_set_of_all_verbs(name: str) -> None:
    assert pins(name) and pins(name).items() <= pins("all").items()


@pytest.mark.parametrize(("larger", "names"), re.findall(r"^SETS_IN_(\w+) := (.+)$", MAKEFILE, re.MULTILINE))
def test_a_set_contains_the_sets_that_it_completes(larger: str, names: str) -> None:
    assert [name for name in names.split() if not pins(name).items() <= pins(larger).items()] == []


@pytest.mark.parametrize("name", SETS)
def test_a_set_pins_each_package_of_its_groups(name: str) -> None:
    requirements = [
        *PROJECT["project"]["dependencies"],
        *(requirement for group in GROUPS[name] for requirement in PROJECT["dependency-groups"][group]),
    ]
    assert {package(requirement) for requirement in requirements} - pins(name).keys() == set()


def test_make_lock_pins_each_group_of_the_project() -> None:
    [tools] = re.findall(r"for tool in (.+); do \$\(UNIVERSAL\) --group \$\$tool", MAKEFILE)
    assert {*re.findall(r"--group ([a-z]+)", MAKEFILE), *tools.split()} == PROJECT["dependency-groups"].keys()


@pytest.mark.parametrize(
    ("name", "unneeded"), [("run", CDK | CHECKS | TEST_TOOLS), ("test", CDK | CHECKS), ("synth", CHECKS | TEST_TOOLS)]
)
def test_a_set_lacks_the_packages_of_other_verbs(name: str, unneeded: set[str]) -> None:
    assert unneeded <= pins("all").keys()
    assert unneeded & pins(name).keys() == set()
