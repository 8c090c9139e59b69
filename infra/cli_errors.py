"""What ends a synthesis with a sentence, and where in our own files that was said."""

import traceback

from infra.build.package import ROOT

TOLD_IN = ("resolvers/wiring.py", "infra/stages.py")  # what people write, and the program reads as it starts


class BadStage(ValueError):
    """A stage that says what cannot be; the text tells what, and in which stage."""


def sentence(error: Exception) -> str:
    """An error's text, behind the line of the wiring or of the stages that it was said in."""
    files = {str(ROOT / file): file for file in TOLD_IN}
    frames = traceback.extract_tb(error.__traceback__)
    lines = [
        f"{files[one.filename]}:{one.lineno}: " for one in frames if one.filename in files and one.name == "<module>"
    ]
    return f"{lines[-1] if lines else ''}{error}"
