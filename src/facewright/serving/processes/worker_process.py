"""A worker, as its supervisor sees it."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from facewright.errors import FacewrightError, ServiceError, ServiceRefused
from facewright.serving.processes.specification import THREADS, Specification

# The C library would learn to keep the memory of the largest photos it has met, in pieces: each
# worker would grow for as long as it meets new mixtures of sizes. With limits of its own it learns
# nothing: what takes a megabyte or more, which pixels of 640 x 480 do not, is given back at once.
# Of use with glibc, and ignored by others.
_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "8388608"}


@dataclass(frozen=True)
class Launch:
    """What the workers of a server are started with.

    Attributes:
        specification: What the server is started with.
        threads: How many threads each worker may compute with.
        metrics: Folder of the workers' numbers.
    """

    specification: Specification
    threads: int
    metrics: Path


class WorkerProcess:
    """A process that answers requests on the connections it is handed.

    A connection that was handed to it stays open here until it says that it took it: one that is
    killed before then loses none.

    It is started afresh rather than forked: ONNX Runtime's threads do not survive a fork.

    Args:
        launch: What it shares with the others.

    Attributes:
        open: How many connections it has.
        ready: Whether it takes connections.
    """

    def __init__(self, launch: Launch) -> None:
        ours, theirs = socket.socketpair()
        with theirs, tempfile.TemporaryFile() as stdin:
            stdin.write(launch.specification.to_json())
            stdin.seek(0)
            self._process = subprocess.Popen(  # noqa: S603 -- our own module
                # -P: the working directory must not shadow a library.
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "facewright.serving.processes.worker",
                    str(theirs.fileno()),
                ],
                stdin=stdin,
                stdout=sys.stderr,
                pass_fds=[theirs.fileno()],
                env=_environment(launch),
            )
        ours.setblocking(False)
        self._control = ours
        self._handed: deque[socket.socket] = deque()
        self.open = 0
        self.ready = False

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def start(self) -> None:
        """Wait until it takes connections.

        Raises:
            FacewrightError: It said why it cannot.
            ServiceError: It ended without a word.
        """
        line = await self._first_line()
        if line == b"ready":
            self.ready = True
            asyncio.get_running_loop().add_reader(self._control, self._hear)
            return
        code = await self.ended()
        raise _reason(line, code)

    def hand(self, connection: socket.socket) -> bool:
        """Give it a connection; return whether it took it."""
        try:
            socket.send_fds(self._control, [b"c"], [connection.fileno()])
        except OSError:  # it is gone, or has not looked for long
            return False
        self.open += 1
        self._handed.append(connection)
        return True

    def left_over(self) -> list[socket.socket]:
        """Return the connections it was handed and never took, so that another may."""
        left = list(self._handed)
        self._handed.clear()
        return left

    def drain(self) -> None:
        """Tell it that the server will end soon."""
        self._say(b"d")

    def quit(self) -> None:
        """Tell it to answer what is under way, and end."""
        self._say(b"q")

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    async def ended(self) -> int:
        """Wait until it has ended; return its exit code, negative for a signal."""
        code = await asyncio.to_thread(self._process.wait)
        self.ready = False
        if self._control.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
        return code

    async def _first_line(self) -> bytes:
        loop, received = asyncio.get_running_loop(), b""
        while not received.endswith(b"\n"):
            try:
                chunk = await loop.sock_recv(self._control, 65536)
            except OSError:
                chunk = b""
            if not chunk:
                break
            received += chunk
        return received.rstrip(b"\n")

    def _hear(self) -> None:
        try:
            said = self._control.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        self.open -= said.count(b"-")
        for _ in range(said.count(b"+")):
            self._handed.popleft().close()
        if not said:
            self.ready = False
            asyncio.get_running_loop().remove_reader(self._control)

    def _say(self, word: bytes) -> None:
        try:
            self._control.send(word)
        except OSError:
            self.ready = False  # it has ended, which `ended` tells


def _environment(launch: Launch) -> dict[str, str]:
    threads = str(launch.threads)
    return {
        **_MEMORY,
        **os.environ,
        # Read by prometheus-client when it is imported.
        "PROMETHEUS_MULTIPROC_DIR": str(launch.metrics),
        # Read by the worker for Facewright's networks, by OpenMP and BLAS, and by OpenCV.
        THREADS: threads,
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "OPENCV_FOR_THREADS_NUM": threads,
    }


def _reason(line: bytes, code: int) -> FacewrightError:
    """Return why a worker did not start, as the error it said or of its exit code."""
    if line.startswith(b"failed "):
        said = json.loads(line.removeprefix(b"failed "))
        kinds = {kind.code: kind for kind in _kinds(FacewrightError)}
        # A refused call has a status too; no worker starts by calling one.
        kind = ServiceError if said["code"] == ServiceRefused.code else kinds.get(said["code"])
        return (kind or FacewrightError)(said["message"], said["hint"])
    how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    return ServiceError(
        f"a worker ended {how} before it was ready",
        hint="its log above says why; a worker that was killed may have run out of memory",
    )


def _kinds(kind: type[FacewrightError]) -> Iterator[type[FacewrightError]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _kinds(inner)
