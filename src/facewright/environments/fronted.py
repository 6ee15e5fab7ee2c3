"""A service engine of this machine: a front that stays, and generations behind it that change."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from facewright.environments.backend import Backend, Generation
from facewright.environments.exposure import check_exposure
from facewright.environments.ports import check_free, free_port
from facewright.environments.readiness import last_words, wait_until_ready
from facewright.environments.service_engine import Hear, ServicePlan, ServiceState
from facewright.environments.service_record import ServiceRecord
from facewright.environments.supervision import Phase, Program, Supervision
from facewright.errors import EngineError

_PATIENCE_SECONDS = 300.0
_KEPT_LOGS = 3


class FrontedEngine:
    """Implements `ServiceEngine`.

    Args:
        folder: Holds a folder for each service.
        supervision: Keeps the fronts running.
        backend: Runs the generations.
        patience: Seconds a generation may take until it is ready.
    """

    def __init__(
        self,
        folder: Path,
        supervision: Supervision,
        backend: Backend,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        self._folder = folder
        self._supervision = supervision
        self._backend = backend
        self._patience = patience

    def deploy(self, plan: ServicePlan, hear: Hear) -> ServiceState:
        """Make the service, or let something new take over at the same address."""
        check_exposure(plan)
        with self._lock(plan.name):
            before = self._record(plan.name)
            self._clear(plan.name, before)
            host, port = _address(plan, before)
            generation = self._next(plan.name)
            try:
                self._start(generation, plan, hear)
                record = ServiceRecord(
                    host, port, generation.number, generation.port, plan.image.manifest.digest
                )
                record.write(self._path(plan.name))  # from here on, requests go to what is new
                self._ensure_front(plan.name, record)
            except BaseException:
                self._take_back(generation, before)
                raise
            self._clear(plan.name, record)
        return self._state(plan.name, record)

    def state(self, name: str) -> ServiceState | None:
        """Return what is known of the service, or None where there is none of that name."""
        record = self._record(name)
        return None if record is None else self._state(name, record)

    def names(self) -> Sequence[str]:
        """Return the names of the services there are, sorted."""
        return sorted(path.parent.name for path in self._folder.glob("*/service.json"))

    def logs(self, name: str) -> Iterator[str]:
        """Yield the lines that the service wrote, the oldest first."""
        for number in sorted(self._folders(name)):
            yield from self._backend.log(self._generation(name, number))

    def remove(self, name: str) -> None:
        """End the service and forget it."""
        with self._lock(name):
            self._remove(name)

    def revive(self) -> None:
        """Bring back what should run, and take away what a killed command left."""
        self._supervision.revive()
        for folder in self._folder.glob("*/") if self._folder.is_dir() else ():
            name = folder.name
            try:
                with self._lock(name, timeout=0):
                    record = self._record(name)
                    self._clear(name, record)
                    if record is None:
                        self._remove(name)
                    else:
                        self._backend.revive(self._generation(name, record.generation))
            except Timeout:  # a command is at work on it
                continue

    def _start(self, generation: Generation, plan: ServicePlan, hear: Hear) -> None:
        generation.folder.mkdir(parents=True, exist_ok=True)
        self._backend.start(generation, plan, hear)
        hear("Waiting for the service to initialize")
        try:
            wait_until_ready(
                f"http://127.0.0.1:{generation.port}",
                lambda: self._backend.ended(generation),
                self._patience,
            )
        except EngineError as error:
            words = last_words(self._backend.log(generation))
            raise EngineError(
                f"the service {plan.name} failed to initialize: {error.message}"
                + (f"; its last lines:\n{words}" if words else ""),
                hint=error.hint or "mend what its last lines say, and make an image of it again",
            ) from error

    def _take_back(self, generation: Generation, before: ServiceRecord | None) -> None:
        name = generation.service
        if before is None:
            self._remove(name)
            return
        before.write(self._path(name))
        self._clear(name, before)
        shutil.rmtree(generation.folder, ignore_errors=True)

    def _ensure_front(self, name: str, record: ServiceRecord) -> None:
        state = self._supervision.state(_front(name))
        if state is None:
            path = str(self._path(name))
            command = (sys.executable, "-P", "-m", "facewright.environments.front", path)
            log = self._folder / name / "front.log"
            self._supervision.add(Program(_front(name), command, log))
        wait_until_ready(_reached(record), lambda: self._front_ended(name), self._patience)

    def _front_ended(self, name: str) -> str | None:
        state = self._supervision.state(_front(name))
        if state is None or state.phase is Phase.ENDED:
            return f"its front does not run; see {self._folder / name / 'front.log'}"
        return None

    def _state(self, name: str, record: ServiceRecord) -> ServiceState:
        ended = self._backend.ended(self._generation(name, record.generation, record.upstream))
        details = ended or self._front_ended(name)
        return ServiceState(record.url, record.image, details is None, details or "")

    def _clear(self, name: str, live: ServiceRecord | None) -> None:
        """End all generations of a service but the one that takes its requests."""
        kept = set() if live is None else {live.generation}
        for number in sorted(self._backend.numbers(name) - kept):
            self._backend.stop(self._generation(name, number))
        old = sorted(self._folders(name) - kept)
        for number in old[: -_KEPT_LOGS or None]:
            shutil.rmtree(self._folder / name / str(number), ignore_errors=True)

    def _remove(self, name: str) -> None:
        # First, so that nothing takes the service for one that should run.
        self._path(name).unlink(missing_ok=True)
        self._supervision.remove(_front(name))
        self._clear(name, None)
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def _next(self, name: str) -> Generation:
        number = max(self._folders(name) | self._backend.numbers(name), default=0) + 1
        return self._generation(name, number, free_port())

    def _generation(self, name: str, number: int, port: int = 0) -> Generation:
        return Generation(name, number, self._folder / name / str(number), port)

    def _folders(self, name: str) -> set[int]:
        folder = self._folder / name
        found = folder.iterdir() if folder.is_dir() else ()
        return {int(each.name) for each in found if each.name.isdecimal()}

    def _path(self, name: str) -> Path:
        return self._folder / name / "service.json"

    def _record(self, name: str) -> ServiceRecord | None:
        return ServiceRecord.read(self._path(name))

    @contextmanager
    def _lock(self, name: str, timeout: float = -1) -> Iterator[None]:
        locks = self._folder.with_name(f"{self._folder.name}.locks")
        locks.mkdir(parents=True, exist_ok=True)
        with FileLock(locks / name, timeout=timeout):
            yield


def _front(name: str) -> str:
    # No name of a service has an underscore.
    return f"{name}_front"


def _address(plan: ServicePlan, before: ServiceRecord | None) -> tuple[str, int]:
    if before is None:
        port = plan.port or free_port(plan.host)
        check_free(plan.host, port)
        return plan.host, port
    if plan.port not in (None, before.port):
        raise EngineError(
            f"the service {plan.name} keeps its address: it has the port {before.port}, received "
            f"{plan.port}",
            hint="delete it and create it again to give it another",
        )
    return before.host, before.port


def _reached(record: ServiceRecord) -> str:
    """Return an address at which this machine reaches the front."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - it is compared, not bound
    host = everywhere.get(record.host, record.host)
    return ServiceRecord(host, record.port, 0, 0, "").url
