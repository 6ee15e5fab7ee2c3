"""A real PostgreSQL server of a test's own: in a temporary folder, on a socket in it, no port."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

_STARTS_WITHIN_SECONDS = 120
# PostgreSQL refuses to run as root.
_USER = "nobody" if os.geteuid() == 0 else None


class Server(NamedTuple):
    """A running server.

    Attributes:
        programs: Folder of PostgreSQL's programs.
        folder: Folder of its socket.
        numbers: Makes the databases' names differ.
    """

    programs: Path
    folder: Path
    numbers: "count[int]"

    def new_database(self) -> str:
        """Return the URL of an empty database."""
        name = f"records{next(self.numbers)}"
        _run(self.programs / "createdb", "-h", self.folder, "-U", "ada", name)
        return f"postgresql://ada@/{name}?host={self.folder}"


@contextmanager
def running_postgresql() -> Iterator[Server]:
    """Start a server and stop it afterwards; skip without PostgreSQL, fail in CI."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="facewright-postgresql-"))
    try:
        if _USER:
            shutil.chown(folder, _USER)
        data = folder / "data"
        _run(programs / "initdb", "-D", data, "-U", "ada", "-A", "trust", "-E", "UTF8", "-N")
        with _serving(programs, folder):
            yield Server(programs, folder, count(1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _serving(programs: Path, folder: Path) -> Iterator[None]:
    options = [f"unix_socket_directories={folder}", "listen_addresses=", "fsync=off"]
    command = [str(programs / "postgres"), "-D", str(folder / "data")]
    for option in options:
        command += ["-c", option]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, user=_USER)
    try:
        _wait(programs, folder, process)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # ends connections, and then itself
        process.wait(_STARTS_WITHIN_SECONDS)


def _wait(programs: Path, folder: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
    ready = [str(programs / "pg_isready"), "-q", "-h", str(folder)]
    while subprocess.run(ready, check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"PostgreSQL did not start: {(folder / 'log').read_text()}")
        time.sleep(0.1)


def _run(*command: object) -> None:
    ended = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd="/", user=_USER, check=False
    )
    if ended.returncode:
        pytest.fail(f"{command[0]} failed: {ended.stderr}")


def _programs() -> Path:
    # Debian keeps each version in a folder of its own, out of PATH.
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found or on_path:
        return (found[-1] if found else Path(str(on_path))).parent
    reason = "PostgreSQL is not installed; on Debian: apt-get install postgresql"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
