"""Files that are replaced as a whole, so that a process which ends in the middle of a write leaves none in part."""

import os
import tempfile
from pathlib import Path


def replace_file(file: Path, text: str) -> None:
    """Writes a text to a file that only its owner can read. Readers see the previous text or all of this one.

    The file survives the end of this process at any moment, but it is not synced to disk: a power failure may lose it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as draft:  # its mode is 0600
        draft.write(text)
    os.replace(draft.name, file)
