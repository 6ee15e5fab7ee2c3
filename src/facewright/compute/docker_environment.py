"""Environments of containers: an image of a base image and wheels, made without an index.

Wheels are brought together on this machine, for the base's Python, and put into a folder that no
image holds. A container of the base without any network makes an environment of them, and what it
has become is the image.
"""

import inspect
import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from facewright.compute import docker_inside
from facewright.compute.dependencies import Dependencies
from facewright.compute.docker_files import finish, packed
from facewright.compute.own_requirement import wanted_environment
from facewright.compute.target import Hear
from facewright.containers.engine import Container, Engine, ImageFacts
from facewright.containers.platform import Platform
from facewright.containers.wheels import resolve_wheels
from facewright.errors import DependenciesError, EngineError, EngineUnreachable, TargetError
from facewright.system.digest import of_text

INSIDE = "/facewright/inside.py"
PYTHON = f"{docker_inside.ENVIRONMENT}/bin/python"
LABEL = "facewright.environment"
_WHEELS = "/facewright/wheels"
_OLDEST = (3, 9)
_LAST_LINES = 5
# Of how an environment is laid out; another number makes every environment anew.
_FORMAT = 1


class BasePython(NamedTuple):
    """The Python of a base image."""

    version: str
    glibc: int


class Environments:
    """The environments that an engine has for one base image.

    Args:
        engine: Where.
        base: Reference of the base image.
        cache: Folder on this machine for wheels.
    """

    def __init__(self, engine: Engine, base: str, cache: Path) -> None:
        self._engine = engine
        self._base = base
        self._cache = cache

    def find(self, dependencies: Dependencies | None) -> str:
        """Return the image to run in; None stands for the base image itself.

        Raises:
            TargetError: It was not prepared, or its base image is another one meanwhile.
        """
        reference = self._found(dependencies)
        if reference is None:
            raise TargetError(
                f"the environment is not there: no image of {self._base} with these dependencies",
                hint="run `facewright experiment prepare` first",
            )
        return reference

    def has(self, dependencies: Dependencies) -> bool:
        """Return whether there is one of these dependencies."""
        return self._found(dependencies) is not None

    def _found(self, dependencies: Dependencies | None) -> str | None:
        base = self._engine.images.find(self._base)
        reference = None if base is None else self._reference(base, dependencies)
        there = reference is not None and self._engine.images.find(reference) is not None
        return reference if there else None

    def prepare(self, dependencies: Dependencies, hear: Hear) -> bool:
        """Make the environment unless it is there; return whether it was made now.

        Raises:
            DependenciesError: A package has no wheel, or cannot be installed.
            TargetError: The base image cannot be had, or has no Python that fits.
        """
        base = self._base_image(hear)
        reference = self._reference(base, dependencies)
        if self._engine.images.find(reference) is not None:
            return False
        python = self._describe(base, dependencies)
        hear(f"Python {python.version} of {self._base}: looking for packages")
        wheels = resolve_wheels(
            [*dependencies.requirements, "pip"],
            python=python.version,
            platform=_platform(base, python),
            folder=self._cache / "wheels",
            hear=hear,
        )
        self._build(base, wheels, reference, hear)
        return True

    def _reference(self, base: ImageFacts, dependencies: Dependencies | None) -> str:
        if dependencies is None:
            return base.id
        with wanted_environment(dependencies) as wanted:
            parts = [str(_FORMAT), base.id, wanted.key]
        digest = of_text("\n".join(parts)).removeprefix("sha256:")
        return f"facewright-environment:{digest[:32]}"

    def _base_image(self, hear: Hear) -> ImageFacts:
        found = self._engine.images.find(self._base)
        if found is None:
            hear(f"pulling the image {self._base}")
            try:
                self._engine.images.pull(self._base, hear)
            except EngineUnreachable:
                raise
            except EngineError as error:
                raise TargetError(
                    f"the base image is not there, and cannot be pulled: {error.message}",
                    hint="bring it with `docker load` or `docker import`, or name another one as "
                    "baseDockerImage in the .compute file",
                ) from error
            found = self._engine.images.find(self._base)
        if found is None:
            raise TargetError(f"the base image is gone again: {self._base}")
        return found

    def _describe(self, base: ImageFacts, dependencies: Dependencies) -> BasePython:
        command = ["python3", INSIDE, "describe"]
        with self._container(base, command) as name:
            try:
                self._engine.containers.start(name)
            except EngineUnreachable:
                raise
            except EngineError as error:
                raise TargetError(
                    f"no Python in the base image {self._base}: {error.message}",
                    hint="name an image with python3 as baseDockerImage, such as python:3.11-slim",
                ) from error
            said = b"".join(self._engine.contents.log(name, follow=True))
        return _checked(said, self._base, dependencies)

    def _build(self, base: ImageFacts, wheels: Sequence[Path], reference: str, hear: Hear) -> None:
        with self._container(base, ["python3", INSIDE, "environment", _WHEELS], _WHEELS) as name:
            hear(f"sending {len(wheels)} packages")
            with packed() as (packing, file):
                for wheel in wheels:
                    packing.file(wheel.name, wheel.parent, wheel.name)
                self._engine.contents.put(name, _WHEELS, finish(packing, file))
            self._engine.containers.start(name)
            said = list(_lines(self._engine.contents.log(name, follow=True), hear))
            state = self._engine.containers.state(name)
            if state is None or state.exit_code:
                last = "; ".join(said[-_LAST_LINES:]) or "it said nothing"
                raise DependenciesError(f"the environment cannot be made in {self._base}: {last}")
            hear("keeping the environment as an image")
            self._engine.images.commit(name, reference, {LABEL: reference.partition(":")[2]})

    @contextmanager
    def _container(self, base: ImageFacts, command: Sequence[str], *scratch: str) -> Iterator[str]:
        """Yield a container of the base with our script in it; nothing of it stays."""
        name = f"facewright-building-{uuid.uuid4().hex[:12]}"
        container = Container(
            base.id, command, name, user="0:0", scratch=scratch, network="none", labels={LABEL: ""}
        )
        try:
            self._engine.containers.create(container)
            put_inside(self._engine, name)
            yield name
        finally:
            self._engine.containers.remove(name)


def put_inside(engine: Engine, name: str) -> None:
    """Bring the script that works in containers."""
    with packed() as (packing, file):
        packing.data(INSIDE.lstrip("/"), inspect.getsource(docker_inside).encode())
        engine.contents.put(name, "/", finish(packing, file))


def _checked(said: bytes, base: str, dependencies: Dependencies) -> BasePython:
    try:
        facts = json.loads(said)
        major, minor, _ = facts["python"]
        library, number = facts["library"], str(facts["library_version"])
        has_venv = bool(facts["venv"])
        glibc = int(number.split(".")[1]) if library == "glibc" else None
    except (ValueError, KeyError, TypeError, IndexError):
        raise TargetError(
            f"the Python of the base image {base} does not work: {said[:500]!r}"
        ) from None
    version = f"{major}.{minor}"
    if (major, minor) < _OLDEST or dependencies.python not in (None, version):
        wanted = dependencies.python or "3.9 or newer"
        raise TargetError(
            f"another Python in the base image {base}: expected {wanted}, received {version}",
            hint="change `python=` in the dependency file, or baseDockerImage in the .compute file",
        )
    if glibc is None or not has_venv:
        missing = "the module venv" if glibc is not None else "the GNU C library"
        raise TargetError(
            f"the base image {base} lacks {missing}",
            hint="name another one as baseDockerImage, such as python:3.11-slim",
        )
    return BasePython(version, glibc)


def _platform(base: ImageFacts, python: BasePython) -> Platform:
    try:
        return Platform(base.machine, python.glibc)
    except ValueError as error:
        raise TargetError(f"the base image is for another machine: {error}") from error


def _lines(pieces: Iterator[bytes], hear: Hear) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            text = line.decode(errors="replace").rstrip()
            hear(text)
            yield text
    if rest:
        hear(rest.decode(errors="replace"))
        yield rest.decode(errors="replace")
