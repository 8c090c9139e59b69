"""A function's package as Lambda starts it: unpacked from its zips, in a process of AWS's own runtime client.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any, ClassVar

from infra.build import package
from local.aws import ACCOUNT_ID, REGION

SECONDS = 60
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:measured:live"


@contextmanager
def unpacked(*folders: Path) -> Iterator[Path]:
    """A folder with what these hold once they are zipped and unzipped, as a function sees it."""
    with tempfile.TemporaryDirectory() as kept:
        for folder in folders:
            with zipfile.ZipFile(package.archive(folder)) as archive:
                archive.extractall(kept)
        yield Path(kept)


class Runtime(ThreadingHTTPServer):
    """Lambda's side of one process: hands it the events, one at a time, and takes its answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Api)
        self.events: queue.Queue[Any] = queue.Queue()
        self.answers: queue.Queue[tuple[str, Any]] = queue.Queue()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a process that is ended hangs up."""


class Api(BaseHTTPRequestHandler):
    """`GET …/invocation/next` is answered with an event once there is one; what is posted is an answer, or an error."""

    protocol_version = "HTTP/1.1"
    server: Runtime
    told: ClassVar[Mapping[str, str]] = {
        "Lambda-Runtime-Aws-Request-Id": "1",
        "Lambda-Runtime-Invoked-Function-Arn": ARN,
        "Content-Type": "application/json",
    }

    def do_GET(self) -> None:
        body = json.dumps(self.server.events.get()).encode()
        deadline = str(int((time.time() + SECONDS) * 1000))
        self.send_response(200)
        for name, value in {**self.told, "Lambda-Runtime-Deadline-Ms": deadline}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.answers.put((self.path.rpartition("/")[2], json.loads(body or b"null")))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what goes wrong is an answer."""


def first_answer(handler: str, task: Path, layers: Sequence[Path], event: Any, environment: Mapping[str, str]) -> Any:
    """What a fresh process answers first. Raises AssertionError, with what the process said, where that is an error.

    The layers come before what the runtime brings, which is this environment's botocore and boto3.
    """
    with ExitStack() as ending:
        runtime = Runtime()
        ending.callback(runtime.server_close)
        threading.Thread(target=runtime.serve_forever, args=(0.005,), daemon=True).start()  # ends as soon as it is told
        ending.callback(runtime.shutdown)
        runtime.events.put(event)
        own = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{runtime.server_address[1]}", "LAMBDA_TASK_ROOT": str(task)}
        path = os.pathsep.join(map(str, (task, *layers)))
        told = {**os.environ, **environment, **own, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "awslambdaric", handler]
        process = subprocess.Popen(command, cwd=task, env=told, stdout=PIPE, stderr=STDOUT)
        ending.callback(process.communicate)
        ending.callback(process.kill)
        kind, answer = runtime.answers.get(timeout=SECONDS)
        assert kind == "response", answer
        return answer
