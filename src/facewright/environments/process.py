"""Generations as processes of this machine, kept running by the supervisor."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from filelock import FileLock

from facewright.containers.oci.layout import Image
from facewright.environments import launch
from facewright.environments.backend import Generation
from facewright.environments.contents import PYTHON, forget_unused, unpack
from facewright.environments.log_files import lines_of
from facewright.environments.server_command import (
    Inside,
    image_environment,
    people_environment,
    server_command,
)
from facewright.environments.service_engine import Hear, ServicePlan
from facewright.environments.supervision import Phase, Program, ProgramState, Supervision
from facewright.errors import EngineError

_TMP = "/tmp"  # noqa: S108 - of a container
_LOG, _DESCRIBED = "log", "launch.json"


class ProcessBackend:
    """Implements `Backend`: the contents of an image, run with this machine's Python.

    A limit of memory holds for each process of the service, and one of processors is rounded up:
    only a container has limits for all of it together.

    Args:
        supervision: Keeps the processes running.
        contents: Holds what was unpacked of images.
    """

    def __init__(self, supervision: Supervision, contents: Path) -> None:
        self._supervision = supervision
        self._contents = contents
        self._pids: dict[str, int] = {}

    def start(self, generation: Generation, plan: ServicePlan, hear: Hear) -> None:
        """Unpack the image and start its server."""
        hear("Running as processes of this machine")
        described = _described(generation)
        with self._locked():
            contents = unpack(plan.layout, plan.image, self._contents)
            _describe(described, plan, generation, contents)
        command = (sys.executable, "-P", "-m", "facewright.environments.launch", str(described))
        self._supervision.add(Program(_name(generation), command, generation.folder / _LOG))

    def ended(self, generation: Generation) -> str | None:
        """Return why the processes do not run; None while they start or run."""
        name = _name(generation)
        state = self._supervision.state(name)
        if state is None:
            return "no process of it runs"
        if state.phase is not Phase.ENDED:
            first = self._pids.setdefault(name, state.pid)
            if first == state.pid:
                return None
        return _how(state)

    def log(self, generation: Generation) -> Iterator[str]:
        """Yield the lines that the processes wrote."""
        return lines_of(generation.folder / _LOG)

    def stop(self, generation: Generation) -> None:
        """Let the processes answer what they were sent, and end them."""
        self._supervision.remove(_name(generation))
        with self._locked():
            _described(generation).unlink(missing_ok=True)
            others = generation.folder.parent.parent.glob(f"*/*/{_DESCRIBED}")
            forget_unused(self._contents, {launch.folder_of(each).parent for each in others})

    def numbers(self, service: str) -> set[int]:
        """Return the numbers of the generations that the supervisor knows of a service."""
        found = (name.rpartition("_") for name in self._supervision.names())
        return {int(end) for start, _, end in found if start == service and end.isdecimal()}

    def revive(self, generation: Generation) -> None:
        """Do nothing: the supervisor brings back all it was told of."""

    def _locked(self) -> FileLock:
        self._contents.mkdir(parents=True, exist_ok=True)
        return FileLock(self._contents / ".lock")


def _name(generation: Generation) -> str:
    return f"{generation.service}_{generation.number}"


def _described(generation: Generation) -> Path:
    return generation.folder / _DESCRIBED


def _describe(path: Path, plan: ServicePlan, generation: Generation, contents: Path) -> None:
    scratch = path.with_name("scratch")
    scratch.mkdir(parents=True, exist_ok=True)
    generation.people.mkdir(mode=0o700, exist_ok=True)
    launch.write(
        path,
        command=_command(plan, generation.port, contents),
        folder=str(contents / "app"),
        environment={
            **people_environment(str(generation.people)),
            **_environment(plan.image, contents, scratch),
            **plan.environment,
        },
        memory=plan.memory,
        cpus=plan.cpus,
    )


def _command(plan: ServicePlan, port: int, contents: Path) -> list[str]:
    inside = Inside(
        host="127.0.0.1",
        port=port,
        keys=None if plan.keys is None else str(plan.keys),
        collect=None if plan.collect is None else str(plan.collect),
    )
    python = contents / PYTHON / "bin" / "python3"
    if not python.exists():
        raise EngineError(
            f"the Python that the service was unpacked for is gone: {python}",
            hint=f"delete {contents} and try again",
        )
    return [str(python), *server_command(plan, inside)[1:]]


def _environment(image: Image, contents: Path, scratch: Path) -> dict[str, str]:
    """Return the image's variables, with its folders where they are here."""
    found = {name: _here(value, scratch) for name, value in image_environment(image).items()}
    found.pop("PATH", None)  # that of the image's base
    search = found.get("PYTHONPATH", "/opt/facewright/lib").split(":")
    libraries = ":".join(str(contents / place.lstrip("/")) for place in search)
    return {"HOME": str(scratch), **found, "TMPDIR": str(scratch), "PYTHONPATH": libraries}


def _here(value: str, scratch: Path) -> str:
    """Return a path in the container's `/tmp` as one in the scratch folder."""
    path = PurePosixPath(value)
    return str(scratch / path.relative_to(_TMP)) if path.is_relative_to(_TMP) else value


def _how(state: ProgramState) -> str:
    if state.exit_code < 0:
        return f"its process was ended by {signal.Signals(-state.exit_code).name}"
    return f"its process ended with exit code {state.exit_code}"
