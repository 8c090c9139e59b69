"""Runs a function's package as Lambda does: unpacked from its zips, in a process of AWS's runtime client.

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

TIMEOUT_SECONDS = 60
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:measured:live"


@contextmanager
def unpack(*folders: Path) -> Iterator[Path]:
    """Yields a folder with the files of these folders, zipped and unzipped, as a function sees them."""
    with tempfile.TemporaryDirectory() as directory:
        for folder in folders:
            with zipfile.ZipFile(package.zip_folder(folder)) as archive:
                archive.extractall(directory)
        yield Path(directory)


class RuntimeServer(ThreadingHTTPServer):
    """The Lambda runtime API for one process: returns the events one at a time and receives the responses."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RuntimeRequestHandler)
        self.events: queue.Queue[Any] = queue.Queue()
        self.responses: queue.Queue[tuple[str, Any]] = queue.Queue()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Does nothing: a killed process closes its connection."""


class RuntimeRequestHandler(BaseHTTPRequestHandler):
    """`GET …/invocation/next` waits for an event and returns it. A POST delivers a response or an error."""

    protocol_version = "HTTP/1.1"
    server: RuntimeServer
    invocation_headers: ClassVar[Mapping[str, str]] = {
        "Lambda-Runtime-Aws-Request-Id": "1",
        "Lambda-Runtime-Invoked-Function-Arn": FUNCTION_ARN,
        "Content-Type": "application/json",
    }

    def do_GET(self) -> None:
        body = json.dumps(self.server.events.get()).encode()
        deadline = str(int((time.time() + TIMEOUT_SECONDS) * 1000))
        self.send_response(200)
        for name, value in {**self.invocation_headers, "Lambda-Runtime-Deadline-Ms": deadline}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.responses.put((self.path.rpartition("/")[2], json.loads(body or b"null")))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Does nothing: an error is a response."""


def first_response(handler: str, task: Path, layers: Sequence[Path], event: Any, environment: Mapping[str, str]) -> Any:
    """Returns the first response of a new process. Raises AssertionError, with the error, if it fails.

    The layers precede the packages of the runtime, which are this environment's botocore and boto3.
    """
    with ExitStack() as stack:
        runtime = RuntimeServer()
        stack.callback(runtime.server_close)
        threading.Thread(
            target=runtime.serve_forever, args=(0.005,), daemon=True
        ).start()  # polls often, so shutdown is fast
        stack.callback(runtime.shutdown)
        runtime.events.put(event)
        runtime_environment = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{runtime.server_address[1]}",
            "LAMBDA_TASK_ROOT": str(task),
        }
        path = os.pathsep.join(map(str, (task, *layers)))
        process_environment = {
            **os.environ,
            **environment,
            **runtime_environment,
            "PYTHONPATH": path,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-m", "awslambdaric", handler]
        process = subprocess.Popen(command, cwd=task, env=process_environment, stdout=PIPE, stderr=STDOUT)
        stack.callback(process.communicate)
        stack.callback(process.kill)
        outcome, response = runtime.responses.get(timeout=TIMEOUT_SECONDS)
        assert outcome == "response", response
        return response
