"""The port of a service engine: what keeps services running at an address that stays."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from facewright.containers.oci.layout import Image, Layout

Hear = Callable[[str], None]
"""Hears what an engine does, a line at a time."""


@dataclass(frozen=True)
class Scaling:
    """How an engine changes the number of replicas by itself.

    Attributes:
        least: Replicas that stay, from 1.
        most: Replicas at most.
        utilization: Per cent of the reserved processor time that replicas shall use.
    """

    least: int
    most: int
    utilization: int


@dataclass(frozen=True)
class ServicePlan:
    """What a service shall be.

    Attributes:
        name: 3 to 32 of ``a-z 0-9 - .``; an engine has one service of a name.
        layout: Holds the image.
        image: What to run, for the platform of the engine.
        host: Address that others reach it at; beyond this machine only with `keys`.
        port: Its port; None for the one it has, or a free one for a new service.
        replicas: How many processes answer.
        cpus: Processors, fractions allowed; None for all.
        memory: Bytes; None for all.
        waiting: Requests that may wait in each replica; None for the server's own default.
        keys: File of the keys' digests; None for a service that needs none.
        collect: Folder where answers are kept; None keeps none.
        environment: Variables, added to those of the image.
        title: Name of the image, such as ``doors:3``.
        location: The image in a registry, by digest, for engines that fetch it from there.
        scaling: How the number of replicas changes by itself; None where it stays.
    """

    name: str
    layout: Layout
    image: Image
    host: str = "127.0.0.1"
    port: int | None = None
    replicas: int = 1
    cpus: float | None = None
    memory: int | None = None
    waiting: int | None = None
    keys: Path | None = None
    collect: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    location: str = ""
    scaling: Scaling | None = None


@dataclass(frozen=True)
class ServiceState:
    """What an engine knows of a service.

    Attributes:
        url: Base address, such as ``http://127.0.0.1:20311``; what stays when the image changes.
        image: Digest of the manifest of the image that takes the requests.
        running: Whether its process or container runs now.
        details: Why it does not run; empty when it does.
    """

    url: str
    image: str
    running: bool
    details: str = ""


class ServiceEngine(Protocol):
    """Runs services, and starts them again when they die.

    Every method may raise `EngineError`, and `EngineUnreachable` when the engine does not answer.
    """

    def deploy(self, plan: ServicePlan, hear: Hear) -> ServiceState:
        """Make the service, or let another image or other limits take over at the same address.

        Requests go to what is new only once it says that it is ready, and what was there answers
        what it was sent; so none fails. What does not become ready is taken away again, and what
        was there goes on.

        Raises:
            EngineError: It did not become ready: why, and its last words.
        """
        ...

    def state(self, name: str) -> ServiceState | None:
        """Return what is known of the service, or None where there is none of that name."""
        ...

    def names(self) -> Sequence[str]:
        """Return the names of the services there are, sorted."""
        ...

    def logs(self, name: str) -> Iterator[str]:
        """Yield the lines that the service wrote, the oldest first, without line ends."""
        ...

    def remove(self, name: str) -> None:
        """End the service and forget it; one that is not there is forgotten already."""
        ...

    def revive(self) -> None:
        """Bring back what should run and does not, such as after the machine was started."""
        ...
