"""Jobs on this machine: a folder each, with a launcher that outlives whoever started it.

::

    <base>/jobs/<id>/
        job.json         what to run; only its owner reads it, since it may hold secrets
        project/         the files in; the command's working folder
        code/            modules that the command finds before those of its environment
        project/outputs/ made empty
        report/          what the command tells
        log.txt          its output and errors
        launcher.json    the process that waits for the command
        command.json     the command's process
        cancelled        somebody asked it to stop
        ended.json       exit code and reason
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from facewright.compute.agent import processes
from facewright.compute.agent.frames import Stream, pack_folder, unpack
from facewright.compute.agent.plain_files import open_plain, parts_of
from facewright.compute.agent.records import read_record, write_record
from facewright.errors import TargetError

MOST_READ = 8 << 20
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_FULL = (errno.ENOSPC, errno.EDQUOT)
_STALE = 86400.0
_FETCHED = ("project/outputs", "report")


class Jobs:
    """The jobs below a folder of this machine.

    Args:
        base: The folder.
        launch: Command that runs the launcher; the job's folder is appended.
    """

    def __init__(self, base: Path, launch: Sequence[str]) -> None:
        self._base = base
        self._folder = base / "jobs"
        self._launch = list(launch)

    def start(self, job: dict[str, Any], size: int, files: Callable[[], Stream]) -> None:
        """Unpack a job's files and launch its command, unless it is there already.

        Args:
            job: ``id``, ``argv``, ``environment``, ``folders``, ``shared``, a folder or None, and
                ``code``, whether modules follow the files.
            size: Bytes that its files take.
            files: Opens the stream of them.

        Raises:
            TargetError: There is no room, or it cannot be launched; nothing of it is left.
        """
        place = self._place(job["id"])
        if not place.exists():
            self._check_room(size)
        temporary = self._folder / f".{place.name}-{uuid.uuid4().hex[:8]}"
        self._sweep()
        try:
            if not place.exists():
                self._lay_out(temporary, job, files())
            with self._lock():
                self._settle(temporary, place)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def state(self, job_id: str) -> dict[str, Any]:
        """Return ``phase``, ``exit_code`` and ``reason`` of a job."""
        place = self._place(job_id)
        if not place.exists():
            return _state("absent")
        launcher = read_record(place / "launcher.json")
        if launcher is None:
            # Whoever starts it holds the lock until the launcher has written its record.
            with self._lock():
                launcher = read_record(place / "launcher.json")
        running = processes.lives(launcher) or processes.lives(read_record(place / "command.json"))
        ended = read_record(place / "ended.json")  # asked last: it may have ended just now
        if ended is not None:
            return _state("ended", ended["exit_code"], ended["reason"])
        return _state("running") if running else _state("lost", None, _why_lost(launcher))

    def read(self, job_id: str, path: str, offset: int) -> bytes:
        """Return at most 8 MiB of a job's log or report."""
        if path != "log.txt" and not path.startswith("report/"):
            raise TargetError(f"not to be read: expected log.txt or report/…, received {path!r}")
        try:
            with open_plain(self._place(job_id), path) as file:
                file.seek(offset)
                return file.read(MOST_READ)
        except FileNotFoundError:
            return b""

    def cancel(self, job_id: str) -> None:
        """Stop a job's command and everything it started."""
        place = self._place(job_id)
        if self.state(job_id)["phase"] != "running":
            return
        (place / "cancelled").touch(mode=0o600)
        launcher = read_record(place / "launcher.json")
        command = read_record(place / "command.json") or {"pid": None, "boot": None}
        root = launcher["pid"] if launcher and processes.lives(launcher) else command["pid"]
        if root is not None:
            processes.end(lambda: processes.descendants(root, command["pid"]), processes.GRACE)
        processes.wait_until(lambda: not processes.lives(launcher), processes.GRACE)

    def fetch(self, job_id: str, folder: str) -> Iterator[bytes]:
        """Yield the stream of a folder of a job."""
        if folder not in _FETCHED:
            expected = " or ".join(_FETCHED)
            raise TargetError(f"not to be fetched: expected {expected}, received {folder!r}")
        # The command could have put a link in the place of any of these.
        place = self._place(job_id)
        for part in parts_of(folder):
            if place.is_symlink():
                break
            place = place / part
        return pack_folder(place)

    def clean(self, job_id: str) -> None:
        """Remove a job."""
        place = self._place(job_id)
        self.cancel(job_id)
        if place.exists():
            going = self._folder / f".{job_id}-{uuid.uuid4().hex[:8]}"
            with self._lock(), contextlib.suppress(FileNotFoundError):
                place.rename(going)
            _remove(going)

    def _place(self, job_id: str) -> Path:
        if not _ID.fullmatch(job_id):
            raise TargetError(
                "not a job's id: expected up to 128 letters, digits, dots, dashes and "
                f"underscores, received {job_id!r}"
            )
        return self._folder / job_id

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _sweep(self) -> None:
        # What is hidden for so long was left by a start or a clean that was killed.
        for left in self._folder.glob(".*-*"):
            with contextlib.suppress(OSError):
                if left.is_dir() and left.stat().st_mtime < time.time() - _STALE:
                    shutil.rmtree(left, ignore_errors=True)

    def _check_room(self, size: int) -> None:
        self._base.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._base).free
        if size > free:
            raise _no_room(self._base, f"the files take {size} bytes, and {free} are free")

    def _lay_out(self, folder: Path, job: dict[str, Any], files: Stream) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            unpack(files, folder / "project")
            if job["code"]:
                unpack(files, folder / "code")
            folder.chmod(0o700)
            (folder / "project" / "outputs").mkdir(exist_ok=True)
            (folder / "report").mkdir()
            (folder / "log.txt").touch()
            if job["shared"]:
                Path(job["shared"]).mkdir(parents=True, exist_ok=True)
            write_record(folder / "job.json", job)
        except OSError as error:
            if error.errno in _FULL:
                raise _no_room(self._base, str(error)) from error
            raise TargetError(f"the job's folder cannot be made: {error}") from error

    def _settle(self, temporary: Path, place: Path) -> None:
        if not place.exists():
            temporary.rename(place)
        if (place / "launcher.json").exists():
            return
        try:
            self._run_launcher(place)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise

    def _run_launcher(self, place: Path) -> None:
        command = [*self._launch, str(place.absolute())]
        launched = subprocess.run(  # noqa: S603 - our own launcher
            command, capture_output=True, stdin=subprocess.DEVNULL, cwd="/", check=False
        )
        if launched.returncode:
            words = launched.stderr.decode(errors="replace").strip().splitlines()
            raise TargetError(f"the job could not be launched: {words[-1] if words else '?'}")


def _remove(folder: Path) -> None:
    # A script may have taken away its own right to write somewhere.
    for root, folders, _ in os.walk(folder):
        for name in folders:
            path = Path(root, name)
            if not path.is_symlink():
                with contextlib.suppress(OSError):
                    path.chmod(0o700)
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise TargetError(f"the job's files cannot be removed: {error}") from error


def _no_room(base: Path, detail: str) -> TargetError:
    return TargetError(
        f"no room on the target, in {base}: {detail}",
        hint="remove jobs there with `facewright experiment clean`, or send less",
    )


def _state(phase: str, code: int | None = None, reason: str | None = None) -> dict[str, Any]:
    return {"phase": phase, "exit_code": code, "reason": reason}


def _why_lost(launcher: dict[str, Any] | None) -> str:
    if launcher is not None and launcher["boot"] != processes.boot():
        return "the machine was started anew meanwhile"
    return "the process that waited for the command was killed"
