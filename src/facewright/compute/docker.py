"""The target docker: each job a container of an engine, without privileges."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from facewright.compute.agent.frames import replace_folder
from facewright.compute.agent.plain_files import parts_of
from facewright.compute.configuration import ComputeConfiguration
from facewright.compute.dependencies import Dependencies
from facewright.compute.docker_environment import INSIDE, PYTHON, Environments, put_inside
from facewright.compute.docker_files import unpack
from facewright.compute.docker_job import (
    ENDED,
    FOLDER,
    SHARES,
    name_of,
    put_cancelled,
    put_code,
    put_files,
    variables_of,
)
from facewright.compute.docker_outcome import archive_of, file_of, log_of, state_of
from facewright.compute.job import Job, JobState
from facewright.compute.places import Places
from facewright.compute.target import Hear
from facewright.containers.docker import connect
from facewright.containers.engine import Bind, Container, Engine, Status
from facewright.errors import EngineError, EngineUnreachable, TargetError, TargetUnreachable

BASE_IMAGE = "python:3.11-slim"
LABEL = "facewright.job"
_FETCHED = ("project/outputs", "report")
_GRACE_SECONDS = 5.0


@dataclass(frozen=True)
class Host:
    """The machine of the engine, as far as jobs see it.

    Attributes:
        connect: Returns the engine there.
        share: Makes the shared folder of a name there, and returns its absolute path; with None
            jobs have none.
        owner: Returns user and group there that own what jobs write.
        hint: What to do when its engine does not answer; the engine's own hint when None.
    """

    connect: Callable[[], Engine]
    share: Callable[[str], str] | None
    owner: Callable[[], tuple[int, int]]
    hint: str | None = None


class DockerTarget:
    """Runs jobs in containers; implements `Target`.

    Args:
        name: What users call it.
        host: The engine's machine.
        base: Reference of the image that environments are made of.
        cache: Folder on this machine for wheels.
        network: The network of the jobs: one of the engine's, or ``none``.
        own_python: Interpreter in the base image that is used as it is; with None an environment
            is built of the dependencies.
        namespace: What the names of its containers begin with; jobs of another are not seen.
        grace: Seconds that a cancelled command has to end by itself.
    """

    def __init__(
        self,
        name: str,
        host: Host,
        *,
        base: str,
        cache: Path,
        network: str = "bridge",
        own_python: str | None = None,
        namespace: str = "facewright",
        grace: float = _GRACE_SECONDS,
    ) -> None:
        self.name = name
        self._host = host
        self._own_python = own_python
        self._namespace = namespace
        self._grace = grace
        self._base = base
        self._cache = cache
        self._network = network
        self._known: Engine | None = None

    def prepare(self, dependencies: Dependencies, hear: Hear) -> bool:
        """Build the environment of these dependencies, unless it is there."""
        if self._own_python:
            hear(
                f"Nothing to prepare: {self.name} uses {self._own_python} of {self._base} as it is"
            )
            return False
        with self._engine() as engine:
            return Environments(engine, self._base, self._cache).prepare(dependencies, hear)

    def is_prepared(self, dependencies: Dependencies) -> bool:
        """Return whether the environment of these dependencies is there."""
        if self._own_python:
            return True
        with self._engine() as engine:
            return Environments(engine, self._base, self._cache).has(dependencies)

    def start(self, job: Job) -> None:
        """Bring the files and start the command; a job that is there already goes on."""
        name = name_of(self._namespace, job.id)
        with self._engine() as engine:
            if engine.containers.state(name) is None:
                self._bring(engine, job, name)
            self._begin(engine, name)

    def _bring(self, engine: Engine, job: Job, name: str) -> None:
        # A container takes the job's name when everything is in it, so whoever finds the name
        # may start it, and of two that start a job at once one is second.
        coming = f"{self._namespace}-coming-{uuid.uuid4().hex[:12]}"
        try:
            engine.containers.create(self._container(engine, job, coming))
            put_inside(engine, coming)
            put_code(engine, coming, self._needed(job))
            put_files(engine, coming, job, self._owner(engine))
            taken = not engine.containers.rename(coming, name)
        except BaseException:
            engine.containers.remove(coming)
            raise
        if taken:
            engine.containers.remove(coming)

    def _begin(self, engine: Engine, name: str) -> None:
        state = engine.containers.state(name)
        if state is None or state.status is not Status.CREATED:
            return
        try:
            engine.containers.start(name)
        except EngineUnreachable:
            raise
        except EngineError:
            engine.containers.remove(name)
            raise

    def _container(self, engine: Engine, job: Job, name: str) -> Container:
        dependencies = self._needed(job)
        image = Environments(engine, self._base, self._cache).find(dependencies)
        python = self._own_python or ("python3" if dependencies is None else PYTHON)
        share = self._host.share(job.shared) if self._host.share else None
        uid, gid = self._owner(engine)
        return Container(
            image,
            [python, INSIDE, "run", f"{ENDED}/exit_code", *job.argv],
            name,
            user=f"{uid}:{gid}",
            folder=f"{FOLDER}/project",
            environment=variables_of(job, has_share=share is not None),
            labels={LABEL: name_of(self._namespace, job.id)},
            binds=[Bind(share, target) for target in SHARES] if share else [],
            network=self._network,
            cpus=job.resources.cpus,
            memory=job.resources.memory,
        )

    def _owner(self, engine: Engine) -> tuple[int, int]:
        # Root in the containers of a rootless engine is the user who runs it.
        return (0, 0) if engine.facts().rootless else self._host.owner()

    def _needed(self, job: Job) -> Dependencies | None:
        return None if self._own_python else job.dependencies

    def state(self, job_id: str) -> JobState:
        """Return where the job is."""
        name = name_of(self._namespace, job_id)
        with self._engine() as engine:
            return state_of(engine, name)

    def read(self, job_id: str, path: str, offset: int) -> bytes:
        """Return what a file in the job's folder holds from `offset` on."""
        name = name_of(self._namespace, job_id)
        if path != "log.txt" and not path.startswith("report/"):
            raise TargetError(f"not to be read: expected log.txt or report/…, received {path!r}")
        inside = "/".join(parts_of(path))
        with self._engine() as engine:
            if path == "log.txt":
                return log_of(engine, name, offset)
            return file_of(engine, name, inside, offset)

    def cancel(self, job_id: str) -> None:
        """Stop the command and everything it started; does nothing when it has ended."""
        name = name_of(self._namespace, job_id)
        with self._engine() as engine:
            state = engine.containers.state(name)
            if state is not None and state.status is Status.RUNNING:
                put_cancelled(engine, name)
                engine.containers.stop(name, self._grace)

    def fetch(self, job_id: str, folder: str, destination: Path) -> None:
        """Copy a folder of the job's to `destination`, which holds exactly its files then."""
        name = name_of(self._namespace, job_id)
        if folder not in _FETCHED:
            expected = " or ".join(_FETCHED)
            raise TargetError(f"not to be fetched: expected {expected}, received {folder!r}")
        destination.parent.mkdir(parents=True, exist_ok=True)
        coming = destination.with_name(f".{destination.name}-{uuid.uuid4().hex[:8]}")
        with self._engine() as engine:
            pieces = archive_of(engine, name, folder)
            try:
                unpack(pieces, coming) if pieces is not None else coming.mkdir()
                replace_folder(coming, destination)
            finally:
                _discard(coming)

    def clean(self, job_id: str) -> None:
        """Stop the job if it runs and remove everything of it but the shared folder."""
        label = name_of(self._namespace, job_id)
        with self._engine() as engine:
            for name in engine.containers.labelled(LABEL, label):
                engine.containers.remove(name)

    def close(self) -> None:
        """Hang up; the next question connects again."""
        if self._known is not None:
            self._known.close()
            self._known = None

    @contextmanager
    def _engine(self) -> Iterator[Engine]:
        """Yield the engine; its errors in the block are errors of this target."""
        try:
            self._known = self._known or self._host.connect()
            yield self._known
        except EngineUnreachable as error:
            self._known = None  # a new connection next time
            hint = self._host.hint or error.hint
            raise TargetUnreachable(f"{self.name}: {error.message}", hint) from error
        except EngineError as error:
            raise TargetError(f"{self.name}: {error.message}", error.hint) from error


def open_target(name: str, configuration: ComputeConfiguration, places: Places) -> DockerTarget:
    """Return the target of a configuration; connects when it is asked something.

    Raises:
        TargetError: The configuration asks for what containers are not given.
    """
    folder = configuration.native_shared_directory
    base = Path(folder).expanduser() if folder else places.share_base

    def share(wanted: str) -> str:
        place = base.joinpath(*parts_of(wanted))
        place.mkdir(parents=True, exist_ok=True)
        return str(place.absolute())

    host = Host(
        connect,
        share if configuration.shared_volumes else None,
        owner=lambda: (os.getuid(), os.getgid()),
    )
    return target_of(name, host, configuration, places)


def target_of(
    name: str, host: Host, configuration: ComputeConfiguration, places: Places
) -> DockerTarget:
    """Return the target of a configuration on some engine's machine.

    Raises:
        TargetError: The configuration asks for what containers are not given.
    """
    if configuration.nvidia_docker:
        raise TargetError(
            f"{name} asks for nvidiaDocker, which is not supported: containers get no GPU",
            hint="leave it out, or use a target of type remote",
        )
    return DockerTarget(
        name,
        host,
        base=configuration.base_docker_image or BASE_IMAGE,
        cache=places.data / "docker",
        own_python=configuration.python_location
        if configuration.user_managed_environment
        else None,
    )


def _discard(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
