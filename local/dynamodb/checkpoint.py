"""The checkpoint of a stream: the position behind which reading continues after a restart of the reader."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.files import replace_file

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoint:
    """A position in a stream, by the stream's ARN.

    `positions` has the sequence number of the last processed record of each open shard, or None if none of its records
    is processed; `finished` has the ids of the shards whose records are all processed.
    """

    stream: str
    positions: Mapping[str, str | None]
    finished: Sequence[str]


class CheckpointStore:
    """Stores the latest checkpoint in a file, or in memory if there is no file."""

    def __init__(self, file: Path | None = None, checkpoint: Checkpoint | None = None) -> None:
        self.file = file
        self.checkpoint = checkpoint or (read_checkpoint(file) if file and file.exists() else None)

    def store(self, checkpoint: Checkpoint) -> None:
        if checkpoint == self.checkpoint:
            return
        if self.file:
            replace_file(self.file, json.dumps(asdict(checkpoint)))
        self.checkpoint = checkpoint


def read_checkpoint(file: Path) -> Checkpoint:
    """Returns the checkpoint in a file; one of no stream if the file is invalid, so all records are read again."""
    try:
        return parse_checkpoint(json.loads(file.read_text()))
    except (ValueError, TypeError, AttributeError):
        log.warning("%s is not a checkpoint: all changes that the stream still has are published again", file)
        return Checkpoint("", {}, ())


def parse_checkpoint(value: Any) -> Checkpoint:
    """Returns a checkpoint from its JSON. Raises ValueError, TypeError or AttributeError if it is invalid."""
    checkpoint = Checkpoint(**value)
    texts = [checkpoint.stream, *checkpoint.finished, *checkpoint.positions]
    numbers = [number for number in checkpoint.positions.values() if number is not None]
    if not all(isinstance(text, str) for text in (*texts, *numbers)):
        raise TypeError("a checkpoint consists of texts")
    return Checkpoint(checkpoint.stream, dict(checkpoint.positions), list(checkpoint.finished))


def checkpoint_file(folder: Path, endpoint: str, table: str) -> Path:
    """Returns the file in a folder for the checkpoint of the stream of a table at an endpoint."""
    return folder / f"stream-{hashlib.sha256(f'{endpoint} {table}'.encode()).hexdigest()[:16]}.json"
