"""Becomes a program under limits: ``python -m facewright.environments.launch FILE``.

The file is JSON: `command`, `folder`, `environment`, `memory` (bytes or null), `cpus` (number or
null). Nothing of it is read by a shell or by the supervisor's own configuration language.
"""

import json
import math
import os
import random
import resource
import sys
from pathlib import Path
from typing import Any

from facewright.environments.parent import end_with_parent

_KEPT = ("LANG", "LC_ALL", "LC_CTYPE", "PATH", "TZ")


def write(path: Path, **described: Any) -> None:
    """Describe a program in a file for its owner alone."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(described, indent=1), encoding="utf-8")


def folder_of(path: Path) -> Path:
    """Return the folder that the described program runs in."""
    return Path(json.loads(path.read_text(encoding="utf-8"))["folder"])


def launch(path: Path) -> None:
    """Become the program that a file describes."""
    said = json.loads(path.read_text(encoding="utf-8"))
    end_with_parent()
    if said["memory"] is not None:
        _limit_memory(said["memory"])
    if said["cpus"] is not None:
        _limit_cpus(said["cpus"])
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    os.chdir(said["folder"])
    command = said["command"]
    os.execve(command[0], command, {**kept, **said["environment"]})  # noqa: S606 - no shell, on purpose


def _limit_memory(size: int) -> None:
    # Not RLIMIT_AS: libraries reserve far more addresses than they ever use.
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _limit_cpus(count: float) -> None:
    if not hasattr(os, "sched_setaffinity"):
        return
    usable = sorted(os.sched_getaffinity(0))
    # At random, so that the services of a machine do not all sit on its first processor.
    chosen = random.sample(usable, min(len(usable), max(1, math.ceil(count))))
    os.sched_setaffinity(0, chosen)


if __name__ == "__main__":
    launch(Path(sys.argv[1]))
