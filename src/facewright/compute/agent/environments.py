"""Environments on this machine: a venv for each set of packages, built once.

A venv cannot be moved, since its scripts name its own Python by its path. So it is built in its
place, under a lock, and counts from the moment its `ready.json` is there.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from facewright.compute.agent.frames import Stream, unpack
from facewright.compute.agent.records import write_record
from facewright.errors import DependenciesError, TargetError

Say = Callable[[str], None]
_KEY = re.compile(r"[0-9a-f]{16,64}")
# Modules are compiled when they are first imported: to compile all of them here takes longer than
# to install them, and most are never imported.
_PIP = (
    *("-m", "pip", "install", "--no-compile"),
    *("--no-input", "--disable-pip-version-check", "--progress-bar=off"),
)


class Environments:
    """The environments below a folder of this machine."""

    def __init__(self, base: Path) -> None:
        self._folder = base / "environments"

    def has(self, key: str) -> bool:
        """Return whether an environment was built."""
        return (self._place(key) / "ready.json").is_file()

    def python(self, key: str) -> str:
        """Return the interpreter of an environment.

        Raises:
            TargetError: It was not built.
        """
        place = self._place(key)
        if not self.has(key):
            raise TargetError(
                "the environment of these dependencies is not on the target",
                hint="run `facewright experiment prepare -c` with the run configuration's name",
            )
        return str(place / "bin" / "python")

    def prepare(self, wanted: dict[str, Any], files: Stream, say: Say) -> bool:
        """Build an environment unless it is there; return whether it was built now.

        Args:
            wanted: ``key``, ``python`` (a version or None), ``requirements``, and ``own``, the
                requirements that the wheels among the files answer, such as ``facewright[train]``.
            files: Stream of wheels.
            say: Hears what happens.

        Raises:
            TargetError: This machine lacks a Python, venv, or room; nothing is left.
            DependenciesError: A package cannot be installed; nothing is left.
        """
        place = self._place(wanted["key"])
        self._folder.mkdir(parents=True, exist_ok=True)
        with _lock(place.with_suffix(".lock"), say):
            if self.has(wanted["key"]):
                return False
            shutil.rmtree(place, ignore_errors=True)  # of a builder that was killed
            try:
                _build(place, wanted, files, say)
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
        return True

    def _place(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise TargetError(f"not an environment's key: {key!r}")
        return self._folder.absolute() / key


def _build(place: Path, wanted: dict[str, Any], files: Stream, say: Say) -> None:
    python = _interpreter(wanted["python"])
    _check_venv(python)
    say(f"Building an environment of {python} in {place}")
    # In two steps, since venv keeps to itself why pip could not be put there.
    _run([python, "-m", "venv", "--without-pip", str(place)], say)
    inside = str(place / "bin" / "python")
    _run([inside, "-m", "ensurepip", "--upgrade", "--default-pip"], lambda line: None)
    unpack(files, place / "wheels")
    lines = [*wanted["requirements"], *_own_lines(place / "wheels", wanted["own"])]
    listed = place / "requirements.txt"
    listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if lines:
        _run([inside, *_PIP, "-r", str(listed)], say)
    shutil.rmtree(place / "wheels")
    write_record(place / "ready.json", wanted)


def _own_lines(wheels: Path, own: Sequence[str]) -> list[str]:
    found = list(wheels.glob("*.whl"))
    return [f"{requirement} @ {found[0].as_uri()}" for requirement in own]


def _interpreter(version: str | None) -> str:
    if version is None or version == "{}.{}".format(*sys.version_info[:2]):
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        raise TargetError(
            f"the target has no Python {version}, which the dependencies ask for; "
            f"it has {sys.version.split()[0]}",
            hint=f"install python{version} there, or change python= in the dependency file",
        )
    return found


def _check_venv(python: str) -> None:
    command = [python, "-c", "import ensurepip, venv"]
    if subprocess.run(command, capture_output=True, check=False).returncode:  # noqa: S603 - a Python
        raise TargetError(
            f"the target's Python cannot make environments: {python} lacks venv or ensurepip",
            hint="install it there: `apt install python3-venv` on Debian and Ubuntu",
        )


def _run(command: list[str], say: Say) -> None:
    heard: list[str] = []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with subprocess.Popen(  # noqa: S603 - a Python of this machine
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
    ) as process:
        for line in process.stdout or ():
            heard.append(line.decode(errors="replace").rstrip())
            say(heard[-1])
            del heard[:-200]
    if process.returncode:
        raise _failed(heard)


def _failed(heard: list[str]) -> Exception:
    errors = [line for line in heard if "error" in line.lower()] or heard[-3:]
    words = "; ".join(errors[-3:])
    if any("no space left" in line.lower() or "quota exceeded" in line.lower() for line in heard):
        return TargetError(
            f"no room on the target for the environment: {words}",
            hint="make room there, or name another place with `folder` in the target's file",
        )
    return DependenciesError(
        f"the environment cannot be built: {words}",
        hint="correct the pip section of the dependency file; nothing was left on the target",
    )


@contextmanager
def _lock(path: Path, say: Say) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting: somebody else builds this environment")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
