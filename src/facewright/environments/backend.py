"""The inner port: what runs one generation of a service on a port of this machine.

A service keeps its address while its image changes; each image it runs is a generation, and gets a
port, a folder and a process or container of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from facewright.environments.service_engine import Hear, ServicePlan


@dataclass(frozen=True)
class Generation:
    """One image of a service, running or about to.

    Attributes:
        service: Name of the service.
        number: From 1.
        folder: Its own; for scratch files, logs and how it is started.
        port: Its port on 127.0.0.1.
    """

    service: str
    number: int
    folder: Path
    port: int

    @property
    def people(self) -> Path:
        """Folder of the people whom the service enrols; it goes when the service does."""
        return self.folder.parent / "people"


class Backend(Protocol):
    """Runs generations."""

    def start(self, generation: Generation, plan: ServicePlan, hear: Hear) -> None:
        """Start a generation, and start it again whenever it dies, until it is stopped.

        Raises:
            EngineError: It cannot be started.
        """
        ...

    def ended(self, generation: Generation) -> str | None:
        """Return why the generation does not run; None while it starts or runs.

        One that died since `start` has ended, even when it was started again.
        """
        ...

    def log(self, generation: Generation) -> Iterator[str]:
        """Yield the lines that the generation wrote, without line ends."""
        ...

    def stop(self, generation: Generation) -> None:
        """Let the generation answer what it was sent, and end it; one that is gone is gone."""
        ...

    def numbers(self, service: str) -> set[int]:
        """Return the numbers of the generations there are of a service."""
        ...

    def revive(self, generation: Generation) -> None:
        """Bring a generation back that should run."""
        ...
