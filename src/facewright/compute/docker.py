"""The target docker: each job a container of an engine, without privileges."""

import os
import re
import shutil
import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from facewright.compute.agent.frames import replace_folder
from facewright.compute.agent.plain_files import parts_of, plain_entries
from facewright.compute.configuration import ComputeConfiguration
from facewright.compute.dependencies import Dependencies
from facewright.compute.docker_environment import INSIDE, PYTHON, Environments, put_inside
from facewright.compute.docker_files import (
    finish,
    is_folder,
    pack_job,
    packed,
    read_one,
    unpack,
)
from facewright.compute.job import Job, JobState, Phase
from facewright.compute.own_requirement import wanted_environment
from facewright.compute.places import Places
from facewright.compute.target import Hear
from facewright.containers.docker import connect
from facewright.containers.engine import Bind, Container, ContainerState, Engine, Pieces, Status
from facewright.errors import EngineError, EngineUnreachable, TargetError, TargetUnreachable

BASE_IMAGE = "python:3.11-slim"
LABEL = "facewright.job"
MOST_READ = 8 << 20
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_JOB = "/facewright/job"
_CODE = "/facewright/code"
_ENDED = "/facewright/ended"
_SHARES = ("/facewright/share", "/azureml-share")
_SHARE_VARIABLES = ("FACEWRIGHT_SHARED_DIRECTORY", "AZUREML_NATIVE_SHARE_DIRECTORY")
_FETCHED = ("project/outputs", "report")
_GRACE_SECONDS = 5.0
_SIGNAL = 128


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
    ) -> None:
        self.name = name
        self._host = host
        self._own_python = own_python
        self._namespace = namespace
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
        name = _name(self._namespace, job.id)
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
            self._put_code(engine, job, coming)
            self._put_files(engine, job, coming)
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
            [python, INSIDE, "run", f"{_ENDED}/exit_code", *job.argv],
            name,
            user=f"{uid}:{gid}",
            folder=f"{_JOB}/project",
            environment=_variables(job, has_share=share is not None),
            labels={LABEL: _name(self._namespace, job.id)},
            binds=[Bind(share, target) for target in _SHARES] if share else [],
            network=self._network,
            cpus=job.resources.cpus,
            memory=job.resources.memory,
        )

    def _owner(self, engine: Engine) -> tuple[int, int]:
        # Root in the containers of a rootless engine is the user who runs it.
        return (0, 0) if engine.facts().rootless else self._host.owner()

    def _needed(self, job: Job) -> Dependencies | None:
        return None if self._own_python else job.dependencies

    def _put_code(self, engine: Engine, job: Job, name: str) -> None:
        """Bring the Facewright that runs here, which may be newer than the environment."""
        needed = self._needed(job)
        with wanted_environment(needed) if needed else nullcontext() as wanted:
            code = wanted.code() if wanted else None
            with packed() as (packing, file):
                packing.folder(_CODE.lstrip("/"))
                if code is not None:
                    names = [entry.path for entry in plain_entries(code) if not entry.is_folder]
                    pack_job(packing, _CODE.lstrip("/"), code, names)
                engine.contents.put(name, "/", finish(packing, file))

    def _put_files(self, engine: Engine, job: Job, name: str) -> None:
        with packed(self._owner(engine)) as (packing, file):
            for folder in ("", "/home", "/report", "/project", "/project/outputs"):
                packing.folder(_JOB.lstrip("/") + folder)
            packing.folder(_ENDED.lstrip("/"))
            pack_job(packing, f"{_JOB}/project".lstrip("/"), job.source, job.files)
            engine.contents.put(name, "/", finish(packing, file))

    def state(self, job_id: str) -> JobState:
        """Return where the job is."""
        name = _name(self._namespace, job_id)
        with self._engine() as engine:
            state = engine.containers.state(name)
            if state is None or state.status is Status.CREATED:
                return JobState(Phase.ABSENT)
            if state.status is Status.RUNNING:
                return JobState(Phase.RUNNING)
            told = engine.contents.get(name, f"{_ENDED}/exit_code")
            cancelled = _is_there(engine, name, f"{_ENDED}/cancelled")
            return _ended(state, read_one(told, 0, 16) if told else b"", cancelled=cancelled)

    def read(self, job_id: str, path: str, offset: int) -> bytes:
        """Return what a file in the job's folder holds from `offset` on."""
        name = _name(self._namespace, job_id)
        if path != "log.txt" and not path.startswith("report/"):
            raise TargetError(f"not to be read: expected log.txt or report/…, received {path!r}")
        inside = "/".join(parts_of(path))
        with self._engine() as engine:
            if path == "log.txt":
                return _part(engine.contents.log(name), offset, MOST_READ)
            return _read(engine, name, inside, offset, MOST_READ)

    def cancel(self, job_id: str) -> None:
        """Stop the command and everything it started; does nothing when it has ended."""
        name = _name(self._namespace, job_id)
        with self._engine() as engine:
            state = engine.containers.state(name)
            if state is not None and state.status is Status.RUNNING:
                with packed() as (packing, file):
                    packing.data("cancelled", b"")
                    engine.contents.put(name, _ENDED, finish(packing, file))
                engine.containers.stop(name, _GRACE_SECONDS)

    def fetch(self, job_id: str, folder: str, destination: Path) -> None:
        """Copy a folder of the job's to `destination`, which holds exactly its files then."""
        name = _name(self._namespace, job_id)
        if folder not in _FETCHED:
            expected = " or ".join(_FETCHED)
            raise TargetError(f"not to be fetched: expected {expected}, received {folder!r}")
        destination.parent.mkdir(parents=True, exist_ok=True)
        coming = destination.with_name(f".{destination.name}-{uuid.uuid4().hex[:8]}")
        with self._engine() as engine:
            pieces = _get(engine, name, folder)
            try:
                unpack(pieces, coming) if pieces is not None else coming.mkdir()
                replace_folder(coming, destination)
            finally:
                _discard(coming)

    def clean(self, job_id: str) -> None:
        """Stop the job if it runs and remove everything of it but the shared folder."""
        label = _name(self._namespace, job_id)
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


def _name(namespace: str, job_id: str) -> str:
    if not _ID.fullmatch(job_id):
        raise TargetError(
            "not a job's id: expected letters, digits, dots, dashes and underscores, "
            f"received {job_id!r}"
        )
    return f"{namespace}-job-{job_id}"


def _variables(job: Job, *, has_share: bool) -> dict[str, str]:
    own = {"HOME": f"{_JOB}/home", "USER": "facewright", "PYTHONUNBUFFERED": "1"}
    modules = ":".join(filter(None, [_CODE, job.environment.get("PYTHONPATH")]))
    if has_share:
        own |= dict.fromkeys(_SHARE_VARIABLES, _SHARES[0])
    folders = {name: "/".join([_JOB, *parts_of(path)]) for name, path in job.folders.items()}
    return {**own, **job.environment, **folders, "PYTHONPATH": modules}


def _ended(state: ContainerState, told: bytes, *, cancelled: bool) -> JobState:
    code = _exit_code(state, told)
    if code is None:
        return JobState(Phase.LOST, None, "the container engine went down with it")
    reason = f"killed by {signal.Signals(-code).name}" if code < 0 else None
    if code and state.out_of_memory:
        reason = "killed: out of memory"
    return JobState(Phase.ENDED, code, "cancelled" if cancelled else reason)


def _exit_code(state: ContainerState, told: bytes) -> int | None:
    """Return the exit code that was written down, else what the engine says of a signal."""
    if re.fullmatch(rb"-?\d{1,3}", told):
        return int(told)
    number = state.exit_code - _SIGNAL
    return -number if number in set(signal.Signals) else None


def _part(pieces: Iterator[bytes], offset: int, most: int) -> bytes:
    """Return at most `most` bytes of a stream after the first `offset`."""
    kept, skipped = b"", 0
    for piece in pieces:
        rest = piece[max(0, offset - skipped) :]
        skipped += len(piece) - len(rest)
        kept += rest
        if len(kept) >= most:
            break
    return kept[:most]


def _read(engine: Engine, name: str, path: str, offset: int, most: int) -> bytes:
    pieces = _get(engine, name, path)
    return b"" if pieces is None else read_one(pieces, offset, most)


def _is_there(engine: Engine, name: str, path: str) -> bool:
    pieces = engine.contents.get(name, path)
    if pieces is not None:
        pieces.close()
    return pieces is not None


def _get(engine: Engine, name: str, path: str) -> Pieces | None:
    """Return an archive of what is at a path in the job's folder, behind no link."""
    *parents, _ = parts_of(path)
    for count in range(1, len(parents) + 1):
        parent = "/".join(parents[:count])
        pieces = engine.contents.get(name, f"{_JOB}/{parent}")
        if pieces is not None and not is_folder(pieces):
            raise TargetError(f"behind a link, or not in a folder: {path!r}")
    return engine.contents.get(name, f"{_JOB}/{path}")


def _discard(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
