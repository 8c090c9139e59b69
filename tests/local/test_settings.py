"""The settings of the local server and its command-line tools: defaults, and a sentence for each invalid value."""

from collections.abc import Callable
from pathlib import Path

import pytest

from local import settings
from local.settings import InvalidSetting


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "CACHE", "DATA"):
        monkeypatch.setenv(name, "")
    values = settings.port(), settings.is_enabled("CACHE"), settings.is_enabled("CACHE", True), settings.data_folder()
    assert values == (8000, False, True, None)


def test_valid_values_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, text in {"PORT": "65535", "TLS": "1", "CACHE": "0", "DATA": str(tmp_path / "new")}.items():
        monkeypatch.setenv(name, text)
    values = settings.port(), settings.is_enabled("TLS"), settings.is_enabled("CACHE", True), settings.data_folder()
    assert values == (65535, True, False, tmp_path / "new")


@pytest.mark.parametrize(
    ("name", "text", "read", "sentence"),
    [
        *[
            ("PORT", text, settings.port, f"PORT must be a number from 1 to 65535, not {text}")
            for text in ("abc", "0", "65536", "-1", "80 ", "1e3")
        ],
        ("TLS", "yes", lambda: settings.is_enabled("TLS"), "TLS must be 0 or 1, not yes"),
        ("CACHE", "off", lambda: settings.is_enabled("CACHE", True), "CACHE must be 0 or 1, not off"),
        ("DATA", __file__, settings.data_folder, f"DATA must be a folder, and {__file__} is none"),
    ],
)
def test_an_invalid_value_is_an_error_that_names_the_allowed_ones(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, read: Callable[[], object], sentence: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(InvalidSetting) as error:
        read()
    assert str(error.value) == sentence
