"""What is uploaded is small, is our own code and the right wheels, and is the same whenever it is made."""

import importlib.util
import marshal
import struct
from pathlib import Path

import pytest

from infra.build import package
from infra.build.package import HOST, LAMBDA, NotBuilt, Target
from local.aws import REGION
from tests.lambda_runtime import first_answer, unpacked
from tests.resolvers.events import event

UNCHECKED_HASH = 1  # flags of a compiled file, https://peps.python.org/pep-0552/
STARTED = {"AWS_LAMBDA_FUNCTION_NAME": "homes", "AWS_REGION": REGION, "TABLE_NAME": "homes"}
AARCH64 = 183  # e_machine of an ELF file, https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html


def test_the_functions_are_our_two_rooms_and_nothing_else() -> None:
    folder = package.functions()
    assert sorted(file.name for file in folder.iterdir()) == ["data", "resolvers"]
    assert {file.suffix for file in folder.rglob("*") if file.is_file()} <= {".py", ".pyc"}


def test_the_functions_are_under_a_megabyte_and_under_five_with_their_layer() -> None:
    own, layer = package.zipped(package.functions()), package.zipped(package.layer())
    assert own < 1_000_000
    assert own + layer < 5_000_000


def test_the_authorizer_is_under_six_and_a_half_megabytes_with_a_layer_of_its_own() -> None:
    own, layer = package.zipped(package.functions()), package.layer(requirements=package.VERIFYING)
    assert own + package.zipped(layer) < 6_500_000
    held = {file.name for file in (layer / "python").iterdir() if not file.name.startswith("_")}
    assert held == {"cffi", "cryptography", "jwt", "pycparser"}


def test_the_same_code_makes_the_same_folder() -> None:
    assert package.functions() == package.functions()


def test_the_layer_has_what_the_runtime_does_not_bring() -> None:
    held = {file.name for file in (package.layer() / "python").iterdir()} - {"__pycache__"}
    assert held == {"aws_lambda_powertools", "aws_xray_sdk", "typing_extensions.py", "wrapt", "wrapt-stubs"}


def test_what_is_compiled_in_the_layer_is_for_arm64_and_its_python() -> None:
    compiled = list(package.layer(LAMBDA).rglob("*.so"))
    assert [file.name for file in compiled] == ["_wrappers.cpython-313-aarch64-linux-gnu.so"]
    for file in compiled:
        header = file.read_bytes()[:20]
        assert header[:4] == b"\x7fELF"
        assert struct.unpack_from("<H", header, 18) == (AARCH64,)


def test_what_runs_on_this_version_of_python_is_compiled_as_if_it_lay_where_it_will() -> None:
    for folder, there in ((package.functions(HOST), "/var/task"), (package.layer(HOST), "/opt")):
        for source in folder.rglob("*.py"):
            compiled = Path(importlib.util.cache_from_source(str(source))).read_bytes()
            assert compiled[:8] == importlib.util.MAGIC_NUMBER + struct.pack("<I", UNCHECKED_HASH)
            assert marshal.loads(compiled[16:]).co_filename == f"{there}/{source.relative_to(folder)}"


def test_without_a_python_of_its_version_it_is_left_as_source_and_has_another_name() -> None:
    never = Target(HOST.architecture, "2.7")
    assert never.interpreter is None
    folder = package.functions(never)
    assert {file.suffix for file in folder.rglob("*") if file.is_file()} == {".py"}
    assert folder.name != package.functions(HOST).name


def test_the_package_answers_under_lambdas_own_runtime_client() -> None:
    with unpacked(package.functions(HOST)) as task, unpacked(package.layer(HOST)) as layer:
        asked = event("Query.property", {"id": "no id"})
        answer = first_answer("resolvers.runtime.handler.handle", task, [layer / "python"], asked, STARTED)
    assert answer["err"]["type"] == "InvalidInput"


def test_a_layer_that_cannot_be_made_says_why() -> None:
    with pytest.raises(NotBuilt, match=r"(?s)the layer for arm64 could not be made:.*ERROR: "):
        package.layer(Target("arm64", "2.7"))
