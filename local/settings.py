"""The settings of the local server and of the command-line tools: environment variables and options.

An empty variable counts as absent. Each function raises InvalidSetting for a value that is not allowed.
"""

import os
from pathlib import Path


class InvalidSetting(Exception):
    """A value is not allowed; the message names the setting and the allowed values, in one sentence."""


def port() -> int:
    """Returns the port of the server: PORT, or 8000."""
    return parse_port(os.environ.get("PORT") or "8000")


def parse_port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise InvalidSetting(f"PORT must be a number from 1 to 65535, not {text}")
    return int(text)


def is_enabled(name: str, default: bool = False) -> bool:
    """Returns whether an environment variable is 1."""
    text = os.environ.get(name)
    return parse_switch(name, text) if text else default


def parse_switch(name: str, text: str) -> bool:
    """Returns False for 0 or an empty text, True for 1."""
    if text not in ("", "0", "1"):
        raise InvalidSetting(f"{name} must be 0 or 1, not {text}")
    return text == "1"


def data_folder() -> Path | None:
    """Returns the folder DATA, which may not exist yet, or None if DATA is not set."""
    if not (text := os.environ.get("DATA")):
        return None
    folder = Path(text)
    if folder.exists() and not folder.is_dir():
        raise InvalidSetting(f"DATA must be a folder, and {text} is none")
    return folder
