"""Generations as containers, which the container engine keeps running."""

import contextlib
import hashlib
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from facewright.containers.engine import Bind, Container, Engine, Restart, Status
from facewright.containers.oci.docker_archive import write_docker_archive
from facewright.environments.backend import Generation
from facewright.environments.container_base import check_base
from facewright.environments.log_files import lines_of
from facewright.environments.server_command import (
    PORT,
    Inside,
    people_environment,
    server_command,
)
from facewright.environments.service_engine import Hear, ServicePlan
from facewright.errors import EngineError

SERVICE_LABEL = "facewright.service"
_PLACE_LABEL = "facewright.place"
_IMAGE_LABEL = "facewright.image"
_KEYS, _COLLECTED, _PEOPLE = "/run/facewright", "/collected", "/people"
_GRACE_SECONDS = 60
_LOG_BYTES = 40_000_000
_SIGNALLED = 128


class DockerBackend:
    """Implements `Backend`.

    Args:
        engine: Where the containers are.
        folder: Holds a folder for each service; tells this user's containers from others'.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder

    def start(self, generation: Generation, plan: ServicePlan, hear: Hear) -> None:
        """Give the engine the image, unless it has it, and start a container of it."""
        check_base(plan.image)
        reference = self._load(plan, hear)
        hear("Running docker container.")
        name = self._name(generation)
        self._engine.containers.create(self._container(generation, plan, reference))
        self._engine.containers.start(name)

    def ended(self, generation: Generation) -> str | None:
        """Return why the container does not run; None while it starts or runs."""
        state = self._engine.containers.state(self._name(generation))
        if state is None:
            return "its container is gone"
        # One that is being started again shows how it ended.
        if state.status is not Status.EXITED and state.exit_code == 0:
            return None
        if state.out_of_memory:
            return "its container had not enough memory; allow it more with --memory"
        if state.error:
            return f"its container could not be started: {state.error}"
        return _how(state.exit_code)

    def log(self, generation: Generation) -> Iterator[str]:
        """Yield the lines that the container wrote, also when it is gone."""
        yield from lines_of(_kept_log(generation))
        rest = b""
        for piece in self._engine.contents.log(self._name(generation)):
            *lines, rest = (rest + piece).split(b"\n")
            yield from (line.decode(errors="replace").rstrip("\r") for line in lines)
        if rest:
            yield rest.decode(errors="replace")

    def stop(self, generation: Generation) -> None:
        """Let the container answer what it was sent, and remove it and its image."""
        name = self._name(generation)
        state = self._engine.containers.state(name)
        if state is None:
            return
        self._engine.containers.stop(name, _GRACE_SECONDS)
        self._keep_log(generation)
        self._engine.containers.remove(name)
        with contextlib.suppress(EngineError):  # other containers may need it
            self._engine.images.remove(state.labels.get(_IMAGE_LABEL, ""))

    def numbers(self, service: str) -> set[int]:
        """Return the numbers of the containers there are of a service."""
        place = str(self._folder / service)
        names = self._engine.containers.labelled(_PLACE_LABEL, place)
        return {int(name.rpartition("-")[2]) for name in names}

    def revive(self, generation: Generation) -> None:
        """Start the container, if the engine does not run it."""
        name = self._name(generation)
        state = self._engine.containers.state(name)
        if state is not None and state.status is not Status.RUNNING:
            self._engine.containers.start(name)

    def _load(self, plan: ServicePlan, hear: Hear) -> str:
        reference = f"facewright-service:{plan.image.manifest.digest.partition(':')[2][:24]}"
        if self._engine.images.find(reference) is None:
            hear("Loading the image. This may take a few minutes...")
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._folder.parent, prefix=".load-") as folder:
                archive = Path(folder, "image.tar")
                write_docker_archive(plan.layout, plan.image, reference, archive)
                self._engine.images.load(archive)
        return reference

    def _container(self, generation: Generation, plan: ServicePlan, reference: str) -> Container:
        inside = Inside(
            host="0.0.0.0",  # noqa: S104 - inside; it is published on the loopback address
            port=PORT,
            keys=None if plan.keys is None else f"{_KEYS}/{plan.keys.name}",
            collect=None if plan.collect is None else _COLLECTED,
            alone=True,
        )
        return Container(
            image=reference,
            command=server_command(plan, inside),
            name=self._name(generation),
            user=_writer(generation.people),
            environment={**people_environment(_PEOPLE), **plan.environment},
            labels={
                SERVICE_LABEL: plan.name,
                _PLACE_LABEL: str(self._folder / plan.name),
                _IMAGE_LABEL: reference,
            },
            binds=_binds(generation, plan),
            scratch=("/tmp",),  # noqa: S108 - a folder of the container
            ports={PORT: ("127.0.0.1", generation.port)},
            cpus=plan.cpus,
            memory=plan.memory,
            restart=Restart.UNLESS_STOPPED,
            read_only=True,
            log_bytes=_LOG_BYTES,
        )

    def _keep_log(self, generation: Generation) -> None:
        if not generation.folder.is_dir():
            return
        with _kept_log(generation).open("wb") as file:
            for piece in self._engine.contents.log(self._name(generation)):
                if file.tell() < _LOG_BYTES:
                    file.write(piece)

    def _name(self, generation: Generation) -> str:
        # Other users of the engine, and other data folders, may have services of this name.
        place = hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:8]
        return f"facewright-{generation.service}-{place}-{generation.number}"


def _binds(generation: Generation, plan: ServicePlan) -> list[Bind]:
    binds = [Bind(str(generation.people), _PEOPLE)]
    if plan.keys is not None:  # its folder: a file that is replaced would stay the old one
        binds.append(Bind(str(plan.keys.parent), _KEYS, read_only=True))
    if plan.collect is not None:
        _writer(plan.collect)
        binds.append(Bind(str(plan.collect), _COLLECTED))
    return binds


def _writer(folder: Path) -> str:
    """Return a user who may write the folder, as whom a container runs; make the folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.getuid() == 0:
        os.chown(folder, 65532, 65532)
        return "65532:65532"
    return f"{os.getuid()}:{os.getgid()}"


def _how(code: int) -> str:
    if code > _SIGNALLED:
        with contextlib.suppress(ValueError):
            return f"its container was ended by {signal.Signals(code - _SIGNALLED).name}"
    return f"its container ended with exit code {code}"


def _kept_log(generation: Generation) -> Path:
    return generation.folder / "container.log"
