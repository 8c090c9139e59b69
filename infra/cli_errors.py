"""Formats the configuration errors that end a synthesis, with their file and line."""

import traceback

from infra.build.package import ROOT

CONFIGURATION_FILES = (
    "resolvers/wiring.py",
    "infra/stages.py",
)


class InvalidStage(ValueError):
    """A stage has an invalid setting; the text names the stage and the setting."""


def format_error(error: Exception) -> str:
    """Returns the error's text, preceded by `file:line: ` if a configuration file caused it."""
    files = {str(ROOT / file): file for file in CONFIGURATION_FILES}
    frames = traceback.extract_tb(error.__traceback__)
    lines = [
        f"{files[frame.filename]}:{frame.lineno}: "
        for frame in frames
        if frame.filename in files and frame.name == "<module>"
    ]
    return f"{lines[-1] if lines else ''}{error}"
