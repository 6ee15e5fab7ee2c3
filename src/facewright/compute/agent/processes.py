"""Which processes live, told apart from later ones with the same number, and how they end."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

GRACE = 5.0
_PR_SET_CHILD_SUBREAPER = 36
_POLL = 0.05


class _Process(NamedTuple):
    pid: int
    parent: int
    group: int
    session: int
    started: str
    dead: bool


def identity(pid: int) -> dict[str, Any]:
    """Return what tells a process from every other one: number, start and the machine's boot."""
    process = _one(pid)
    return {"pid": pid, "started": process.started if process else "", "boot": boot()}


def lives(known: dict[str, Any] | None) -> bool:
    """Return whether the process of that identity runs."""
    if known is None or known["boot"] != boot():
        return False
    process = _one(known["pid"])
    return process is not None and not process.dead and process.started == known["started"]


def boot() -> str:
    """Return what changes when the machine is started anew."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown"


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that none escapes."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(root: int, session: int | None = None) -> set[int]:
    """Return the processes below `root`, and those of a session, that still run."""
    processes = _all()
    found: set[int] = set()
    wanted = {root}
    while wanted:
        below = {each.pid for each in processes.values() if each.parent in wanted} - found
        found |= below
        wanted = below
    found |= {each.pid for each in processes.values() if session and each.session == session}
    return {pid for pid in found if not processes[pid].dead}


def end(find: Callable[[], set[int]], grace: float) -> None:
    """Ask processes to end, and kill those that have not after `grace` seconds.

    Args:
        find: Returns the processes that should not run any more, each time it is called.
        grace: Seconds between SIGTERM and SIGKILL.
    """
    _signal(find(), signal.SIGTERM)
    if wait_until(lambda: not find(), grace):
        return
    while left := find():  # they may start new ones meanwhile
        _signal(left, signal.SIGKILL)
        time.sleep(_POLL)


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is true; return whether it was within that time."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(_POLL)
    return True


def _signal(pids: set[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _one(pid: int) -> _Process | None:
    if not Path("/proc/self/stat").exists():
        return _all().get(pid)
    with contextlib.suppress(OSError):
        return _parsed(pid, Path("/proc", str(pid), "stat").read_bytes())
    return None


def _all() -> dict[int, _Process]:
    found = _from_proc() if Path("/proc/self/stat").exists() else _from_ps()
    return {process.pid: process for process in found}


def _from_proc() -> list[_Process]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                found.append(_parsed(int(folder.name), (folder / "stat").read_bytes()))
    return found


def _parsed(pid: int, text: bytes) -> _Process:
    # The name, in parentheses, may hold spaces and parentheses itself.
    fields = text[text.rindex(b")") + 2 :].split()
    parent, group, session = (int(field) for field in fields[1:4])
    return _Process(pid, parent, group, session, fields[19].decode(), fields[0] in (b"Z", b"X"))


def _from_ps() -> list[_Process]:
    command = ["ps", "-Ao", "pid=,ppid=,pgid=,sess=,state=,lstart="]
    listed = subprocess.run(  # noqa: S603 - a constant command
        command, capture_output=True, text=True, check=True
    ).stdout
    found = []
    for line in listed.splitlines():
        pid, parent, group, _, state, started = line.split(None, 5)
        # Without /proc a session cannot be told; its group, which the command leads, comes near.
        numbers = (int(pid), int(parent), int(group), int(group))
        found.append(_Process(*numbers, started, state.startswith("Z")))
    return found
