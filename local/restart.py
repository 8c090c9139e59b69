"""Replaces the server's process after a schema change, and passes the new process what clients rely on.

The new process inherits the listening socket, so that connections wait for it instead of being refused, and an open
file without a name, which nobody else can read.
"""

import json
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NoReturn

from local.app import ServerIdentity
from local.auth.issuer import pem
from local.dynamodb.checkpoint import CheckpointStore, parse_checkpoint

FILE_DESCRIPTOR = "RESTART_STATE_FD"  # the environment variable with the descriptor of the file


@dataclass(frozen=True)
class RestartState:
    """What a process passes to its successor: the descriptor of its socket, and the values of its ServerIdentity.

    `issuer_key` is PEM text, `iam` environment variables; `api_keys` has the usage plan of each key.
    """

    socket_descriptor: int
    issuer_key: str
    iam: dict[str, str]
    api_keys: dict[str, str]
    traces: list[dict[str, Any]]
    checkpoint_file: str | None
    checkpoint: dict[str, Any] | None

    def listening_socket(self) -> socket.socket:
        """Returns the socket of the process before the restart."""
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=self.socket_descriptor)

    def checkpoints(self) -> CheckpointStore:
        """Returns the store of the process before the restart, with its checkpoint."""
        file = Path(self.checkpoint_file) if self.checkpoint_file else None
        return CheckpointStore(file, parse_checkpoint(self.checkpoint) if self.checkpoint else None)


def restart(engine: Mapping[str, str], identity: ServerIdentity, sock: socket.socket) -> NoReturn:
    """Replaces this process by a new server with the code on disk.

    `engine` has the environment variables that lead the new server to the engine of this one.
    """
    store = identity.checkpoints
    state = RestartState(
        socket_descriptor=sock.fileno(),
        issuer_key=pem(identity.issuer.private_key).decode(),
        iam=identity.iam.environment(),
        api_keys=identity.keys.plans,
        traces=identity.traces.to_json(),
        checkpoint_file=str(store.file) if store.file else None,
        checkpoint=asdict(store.checkpoint) if store.checkpoint else None,
    )
    with TemporaryFile("w+") as file:
        json.dump(asdict(state), file)
        file.seek(0)
        for descriptor in (file.fileno(), sock.fileno()):
            os.set_inheritable(descriptor, True)
        variables = {**os.environ, **engine, FILE_DESCRIPTOR: str(file.fileno())}
        os.execve(sys.executable, [sys.executable, "-m", "local.server"], variables)  # nosec B606


def inherited_state() -> RestartState | None:
    """Returns the state that the process before a restart has passed; None if this is no restart."""
    descriptor = os.environ.pop(FILE_DESCRIPTOR, None)
    if descriptor is None:
        return None
    with open(int(descriptor)) as file:
        state = RestartState(**json.load(file))
    os.set_inheritable(state.socket_descriptor, False)
    return state
