"""What is uploaded is small, is our own code and the right wheels, and is the same whenever it is made."""

import struct

import pytest

from infra import package
from infra.package import LAMBDA, NotBuilt, Target

AARCH64 = 183  # e_machine of an ELF file, https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html


def test_the_functions_are_our_two_rooms_and_nothing_else() -> None:
    folder = package.functions()
    assert sorted(file.name for file in folder.iterdir()) == ["data", "resolvers"]
    assert {file.suffix for file in folder.rglob("*") if file.is_file()} == {".py"}


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
    held = {file.name for file in (package.layer() / "python").iterdir()}
    assert held == {"aws_lambda_powertools", "aws_xray_sdk", "typing_extensions.py", "wrapt", "wrapt-stubs"}


def test_what_is_compiled_in_the_layer_is_for_arm64_and_its_python() -> None:
    compiled = list(package.layer(LAMBDA).rglob("*.so"))
    assert [file.name for file in compiled] == ["_wrappers.cpython-313-aarch64-linux-gnu.so"]
    for file in compiled:
        header = file.read_bytes()[:20]
        assert header[:4] == b"\x7fELF"
        assert struct.unpack_from("<H", header, 18) == (AARCH64,)


def test_a_layer_that_cannot_be_made_says_why() -> None:
    with pytest.raises(NotBuilt, match=r"(?s)the layer for arm64 could not be made:.*ERROR: "):
        package.layer(Target("arm64", "2.7"))
