"""Attending a job on a node of a Ray cluster, whose API starts commands and serves log files.

The command runs under the agent's launcher as on any other machine. What others want to read of
the job is copied into the folder of Ray's logs, in pieces, since Ray's API serves whole files::

    <session>/logs/facewright/<id>/<digest of the path>/<n>   piece n of the log or a report's file
    <session>/logs/facewright/<id>/outputs/<n>                the stream of project/outputs
    <session>/logs/facewright/<id>/reported/<n>               the stream of report
    <session>/logs/facewright/<id>/state.json                 how it ended; written last
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from facewright.compute.agent import processes
from facewright.compute.agent.jobs import Jobs
from facewright.compute.agent.plain_files import open_plain, plain_entries
from facewright.errors import FacewrightError, TargetError

PIECE = 1 << 20
FOLDER = "facewright"
_POLL = 0.25
_NOT_STARTED = 125
_SIGNAL = 128


def key_of(path: str) -> str:
    """Return the name under which the pieces of a file are shown."""
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def main(request: Path, program: str) -> int:
    """Run the job of a request to its end.

    Args:
        request: JSON with ``job``, ``size``, ``base``, ``shown``; beside it the files as a stream.
        program: The agent's own file.

    Returns:
        The command's exit code, 128 and the signal when one killed it, or 125 when it could not
        be started; the reason is in the state then.
    """
    asked = json.loads(request.read_bytes())
    job, base = asked["job"], Path(asked["base"]).expanduser().absolute()
    job["argv"][0] = job["argv"][0] or _python_of_ray()
    job["path"] = job["path"] or str(Path(job["argv"][0]).parent)
    job["shared"] = str(Path(job["shared"]).expanduser().absolute())
    launch = (sys.executable, "-I", "-B", str(Path(program).absolute()), "launch")
    jobs, shown = Jobs(base, launch), _logs() / FOLDER / asked["shown"]
    shown.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: _cancel(jobs, job["id"]))
    try:
        with request.with_name("files").open("rb") as files:
            jobs.start(job, asked["size"], lambda: files)
    except FacewrightError as error:
        _tell(shown, {"error": {"message": error.message, "hint": error.hint}})
        sys.stderr.write(f"{error.message}\n")
        return _NOT_STARTED
    shower = _show_detached(jobs, base / "jobs" / job["id"], job["id"], shown)
    while processes.lives(shower):
        time.sleep(_POLL)
    code = json.loads((shown / "state.json").read_bytes()).get("exit_code")
    return 1 if code is None else code if code >= 0 else _SIGNAL - code


def _cancel(jobs: Jobs, job_id: str) -> NoReturn:
    """Stop the job's command, in a process that Ray does not kill before it is done."""
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with contextlib.suppress(FacewrightError):
            jobs.cancel(job_id)
        os._exit(0)
    os._exit(_SIGNAL + signal.SIGTERM)


def _show_detached(jobs: Jobs, place: Path, job_id: str, shown: Path) -> dict[str, Any]:
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if os.fork():
            os._exit(0)
        os.write(writing, str(os.getpid()).encode())
        os.close(writing)
        try:
            _show(jobs, place, job_id, shown)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        return processes.identity(int(told.read() or b"0"))


def _show(jobs: Jobs, place: Path, job_id: str, shown: Path) -> None:
    mirror = _Mirror(place, shown)
    while (state := jobs.state(job_id))["phase"] == "running":
        mirror.follow()
        time.sleep(_POLL)
    mirror.follow()
    try:
        for name, folder in (("outputs", "project/outputs"), ("reported", "report")):
            _write_pieces(shown / name, jobs.fetch(job_id, folder))
    except (TargetError, OSError) as error:
        _tell(shown, {**state, "reason": f"its outputs cannot be shown: {error}"})
        return  # they stay where they are
    _tell(shown, state)
    with contextlib.suppress(TargetError):
        jobs.clean(job_id)  # all of it was copied


class _Mirror:
    """Copies of a job's log and report that grow with them."""

    def __init__(self, place: Path, shown: Path) -> None:
        self._place = place
        self._shown = shown
        self._copied: dict[str, tuple[int, int, int]] = {}

    def follow(self) -> None:
        """Copy what is new."""
        reported = plain_entries(self._place / "report")
        names = [f"report/{entry.path}" for entry in reported if not entry.is_folder]
        for path in ("log.txt", *names):
            # A file may go while it is looked at; the disk may be full, and have room again.
            with contextlib.suppress(TargetError, OSError):
                self._follow_one(path)

    def _follow_one(self, path: str) -> None:
        with open_plain(self._place, path) as file:
            found = os.fstat(file.fileno())
            stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
            before = self._copied.get(path)
            if stamp == before:
                return
            folder = self._shown / key_of(path)
            grown = before is not None and before[0] == stamp[0] and before[2] < stamp[2]
            start = before[2] if before and grown else 0
            if not start:
                shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
            file.seek(start)
            end = _append(folder, start, iter(lambda: file.read(PIECE), b""))
            self._copied[path] = (stamp[0], stamp[1], end)


def _append(folder: Path, offset: int, blocks: Iterable[bytes]) -> int:
    for block in blocks:
        while block:
            room = PIECE - offset % PIECE
            with (folder / str(offset // PIECE)).open("ab") as piece:
                piece.write(block[:room])
            offset += len(block[:room])
            block = block[room:]
    return offset


def _write_pieces(folder: Path, blocks: Iterable[bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _append(folder, 0, blocks)


def _tell(shown: Path, state: dict[str, Any]) -> None:
    temporary = shown / ".state.json"
    temporary.write_text(json.dumps(state))
    temporary.replace(shown / "state.json")


def _logs() -> Path:
    """Return the folder of the logs of the node's session, below which Ray put these files."""
    for folder in Path.cwd().resolve().parents:
        if folder.name.startswith("session_") and (folder / "logs").is_dir():
            return folder / "logs"
    raise TargetError(f"not in the folder of a session of Ray: {Path.cwd()}")


def _python_of_ray() -> str:
    """Return the interpreter of the node's Ray, which `python3` need not be."""
    pid = os.getppid()
    while pid > 1:
        words = Path("/proc", str(pid), "cmdline").read_bytes().split(b"\0")
        for word in words:
            if word.startswith(b"--python_worker_command="):
                return word.partition(b"=")[2].split()[0].decode()
        pid = int(Path("/proc", str(pid), "stat").read_bytes().rpartition(b")")[2].split()[1])
    return sys.executable
