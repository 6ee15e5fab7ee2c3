"""The command line as processes that do not load Python and its libraries each time.

A process that has loaded them once becomes another one for each command, with a folder, an
environment and streams of its own, as a shell gives them: ``python -m facewright ARGUMENTS``.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import IO

from ended import Ended

# What commands load in any case, and for some nouns MLflow, which takes seconds.
_ALWAYS = (
    "facewright.cli.main",
    "facewright.cli.output",
    "facewright.workbench",
    "facewright.database.database",
    "facewright.projects.registry",
    "alembic.command",
    "sqlalchemy.dialects.sqlite",
)
_MANAGEMENT = (
    "facewright.environments.catalogue",
    "facewright.management.environments.environments",
    "facewright.management.images.images",
    "facewright.management.services.services",
)
_HISTORY = (
    "facewright.runs.tracking",
    "facewright.runs.tracked_runs",
    "mlflow.store.tracking.sqlalchemy_store",
    "mlflow.store.model_registry.sqlalchemy_store",
)
_NOUNS_OF_HISTORY = ("history", "asset", "model")
_NOUNS_OF_MANAGEMENT = ("env", "model", "manifest", "image", "service")
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}


class CommandLine:
    """Runs commands, also several at once."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**os.environ, **_QUIET},
            )

    def run(self, arguments: list[str], folder: Path, text: str = "", **variables: str) -> Ended:
        """Run a command and return how it ended.

        Args:
            arguments: Of the command line.
            folder: Where.
            text: Its stdin.
            variables: Added to the environment of now.
        """
        content = [arguments, str(folder), {**os.environ, **variables}]
        with contextlib.ExitStack() as stack:
            asked, said, out, err, told = (
                stack.enter_context(tempfile.TemporaryFile()) for _ in range(5)
            )
            for file, data in ((asked, json.dumps(content)), (said, text)):
                file.write(data.encode())
                file.seek(0)
            over, ends = os.pipe()
            files = [*(file.fileno() for file in (asked, said, out, err, told)), ends]
            with os.fdopen(over, "rb") as waiting:
                try:
                    socket.send_fds(self._socket, [b"."], files)
                finally:
                    os.close(ends)
                waiting.read()  # until nobody holds the other end any more
            return Ended(int(_text(told)), _text(out), _text(err))

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._process.kill()
        self._process.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    # As subprocess reads what it calls text.
    return file.read().decode().replace("\r\n", "\n").replace("\r", "\n")


def serve(descriptor: int) -> None:
    """Become a command for each request; return only in a process that is one."""
    requests = socket.socket(fileno=descriptor)
    _load(_ALWAYS)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for those who wait
    while True:
        data, files, _, _ = socket.recv_fds(requests, 1, 6)
        if not data:
            os._exit(0)
        asked, *streams, told, ends = files
        with os.fdopen(asked, "rb") as file:
            content = json.load(file)
        _load_noun(content[0][0] if content[0] else "")
        # A collection, which every process ends with, would make a copy of all that is loaded.
        gc.freeze()
        if os.fork() == 0:
            requests.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if (command := os.fork()) == 0:
                for each in (told, ends):
                    os.close(each)
                _become(*content, *streams)
                return
            code = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
            os.write(told, str(code).encode())
            os._exit(0)
        for each in (*streams, told, ends):
            os.close(each)


def _load_noun(noun: str) -> None:
    from facewright.cli.main import NOUNS

    if noun in NOUNS:
        _load((f"facewright.cli.{noun}",))
    if noun in _NOUNS_OF_HISTORY:
        _load(_HISTORY)
    if noun in _NOUNS_OF_MANAGEMENT:
        _load(_MANAGEMENT)


def _load(names: tuple[str, ...]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for name in names:
            importlib.import_module(name)


def _become(arguments: list[str], folder: str, environment: dict[str, str], *streams: int) -> None:
    """Be the command from now on, up to what is left to do: to run it."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.path[0] = folder
    sys.argv[:] = ["facewright", *arguments]


if __name__ == "__main__":
    serve(int(sys.argv[1]))
    runpy.run_module("facewright", run_name="__main__", alter_sys=True)
