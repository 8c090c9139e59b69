"""The packages are small and reproducible, and contain our code and the right wheels."""

import importlib.util
import marshal
import struct
from pathlib import Path

import pytest

from infra.build import package
from infra.build.package import HOST_TARGET, LAMBDA_TARGET, BuildError, Target
from local.aws import REGION
from tests.lambda_runtime import first_response, unpack
from tests.resolvers.events import event

UNCHECKED_HASH = 1  # flags of a compiled file, https://peps.python.org/pep-0552/
ENVIRONMENT = {"AWS_LAMBDA_FUNCTION_NAME": "homes", "AWS_REGION": REGION, "TABLE_NAME": "homes"}
AARCH64 = 183  # e_machine of an ELF file, https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html


def test_the_code_package_contains_only_data_and_resolvers() -> None:
    folder = package.functions()
    assert sorted(file.name for file in folder.iterdir()) == ["data", "resolvers"]
    assert {file.suffix for file in folder.rglob("*") if file.is_file()} <= {".py", ".pyc"}


def test_the_code_is_under_1_mb_and_with_its_layer_under_5_mb() -> None:
    own, layer = package.zip_size(package.functions()), package.zip_size(package.layer())
    assert own < 1_000_000
    assert own + layer < 5_000_000


def test_the_authorizer_with_its_layer_is_under_6_5_mb() -> None:
    own, layer = package.zip_size(package.functions()), package.layer(requirements=package.AUTHORIZER_REQUIREMENTS)
    assert own + package.zip_size(layer) < 6_500_000
    packages = {file.name for file in (layer / "python").iterdir() if not file.name.startswith("_")}
    assert packages == {"cffi", "cryptography", "jwt", "pycparser"}


def test_the_same_code_gives_the_same_folder() -> None:
    assert package.functions() == package.functions()


def test_the_layer_contains_only_packages_that_the_runtime_lacks() -> None:
    packages = {file.name for file in (package.layer() / "python").iterdir()} - {"__pycache__"}
    assert packages == {"aws_lambda_powertools", "aws_xray_sdk", "typing_extensions.py", "wrapt", "wrapt-stubs"}


def test_extension_modules_of_the_layer_are_for_arm64_and_its_python() -> None:
    compiled = list(package.layer(LAMBDA_TARGET).rglob("*.so"))
    assert [file.name for file in compiled] == ["_wrappers.cpython-313-aarch64-linux-gnu.so"]
    for file in compiled:
        header = file.read_bytes()[:20]
        assert header[:4] == b"\x7fELF"
        assert struct.unpack_from("<H", header, 18) == (AARCH64,)


def test_bytecode_has_unchecked_hashes_and_the_paths_in_lambda() -> None:
    for folder, mount_path in ((package.functions(HOST_TARGET), "/var/task"), (package.layer(HOST_TARGET), "/opt")):
        for source in folder.rglob("*.py"):
            compiled = Path(importlib.util.cache_from_source(str(source))).read_bytes()
            assert compiled[:8] == importlib.util.MAGIC_NUMBER + struct.pack("<I", UNCHECKED_HASH)
            assert marshal.loads(compiled[16:]).co_filename == f"{mount_path}/{source.relative_to(folder)}"


def test_without_an_interpreter_of_its_version_a_package_has_only_sources() -> None:
    target = Target(HOST_TARGET.architecture, "2.7")
    assert target.interpreter is None
    folder = package.functions(target)
    assert {file.suffix for file in folder.rglob("*") if file.is_file()} == {".py"}
    assert folder.name != package.functions(HOST_TARGET).name


def test_the_package_runs_under_the_lambda_runtime_client() -> None:
    with unpack(package.functions(HOST_TARGET)) as task, unpack(package.layer(HOST_TARGET)) as layer:
        query = event("Query.property", {"id": "no id"})
        response = first_response("resolvers.runtime.handler.handle", task, [layer / "python"], query, ENVIRONMENT)
    assert response["err"]["type"] == "InvalidInput"


def test_a_build_error_contains_the_output_of_pip() -> None:
    with pytest.raises(BuildError, match=r"(?s)the layer for arm64 could not be built:.*ERROR: "):
        package.layer(Target("arm64", "2.7"))
