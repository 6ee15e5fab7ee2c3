"""The process that runs a job's command, waits for it, and writes down how it ended.

It belongs to no terminal and no connection. Whoever launches it returns once it has written its
record; the command's processes end with the command, as they would in a container.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from facewright.compute.agent import processes
from facewright.compute.agent.records import (
    fill_record,
    read_record,
    reserve_record,
    write_record,
)

_NOT_STARTED = 127
_FULL = 1 << 20


def main(folder: Path) -> int:
    """Launch the job in `folder`.

    Returns:
        0 as soon as the launcher runs on its own.
    """
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            words = told.read()
        if words != b"ready":
            sys.stderr.write(words.decode(errors="replace") or "it ended at once")
        return 0 if words == b"ready" else 1
    os.close(reading)
    _detached(folder, writing)
    os._exit(0)


def _detached(folder: Path, tell: int) -> None:
    try:
        os.setsid()
        processes.adopt_orphans()
        reserved = reserve_record(folder / "ended.json")
        write_record(folder / "launcher.json", processes.identity(os.getpid()))
        _leave_terminal()
        os.write(tell, b"ready")
    except OSError as error:
        os.write(tell, str(error).encode())
        os._exit(1)
    os.close(tell)
    fill_record(reserved, folder / "ended.json", _run(folder))


def _leave_terminal() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _run(folder: Path) -> dict[str, Any]:
    job = read_record(folder / "job.json") or {}
    with (folder / "log.txt").open("ab", buffering=0) as log:
        try:
            command = subprocess.Popen(  # noqa: S603 - running the user's command is its purpose
                job["argv"],
                cwd=folder / "project",
                env=_environment(job, folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            return {"exit_code": _NOT_STARTED, "reason": f"the command did not start: {error}"}
    return _wait(folder, command)


def _wait(folder: Path, command: subprocess.Popen[bytes]) -> dict[str, Any]:
    def below() -> set[int]:
        return processes.descendants(os.getpid(), command.pid)

    with contextlib.suppress(OSError):  # a full disk; the launcher still knows its children
        write_record(folder / "command.json", processes.identity(command.pid))
    if (folder / "cancelled").exists():  # asked for before there was anything to stop
        processes.end(below, processes.GRACE)
    code = command.wait()
    processes.end(below, processes.GRACE)
    return {"exit_code": code, "reason": _reason(folder, code)}


def _environment(job: dict[str, Any], folder: Path) -> dict[str, str]:
    values = dict(os.environ, PYTHONUNBUFFERED="1")
    if job["path"]:
        values["PATH"] = job["path"] + os.pathsep + values.get("PATH", os.defpath)
    values.update(job["environment"])
    if job["code"]:
        others = values.get("PYTHONPATH")
        values["PYTHONPATH"] = os.pathsep.join(
            [str(folder / "code"), *([others] if others else [])]
        )
    values.update({name: str(folder / path) for name, path in job["folders"].items()})
    if job["shared"]:
        for name in ("FACEWRIGHT_SHARED_DIRECTORY", "AZUREML_NATIVE_SHARE_DIRECTORY"):
            values[name] = job["shared"]
    return values


def _reason(folder: Path, code: int) -> str | None:
    if (folder / "cancelled").exists():
        return "cancelled"
    words = [f"killed by {signal.Signals(-code).name}"] if code < 0 else []
    if code and shutil.disk_usage(folder).free < _FULL:
        words.append("the target's disk is full")
    return "; ".join(words) or None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
