"""The port of a container engine, in three small parts: images, containers, their contents."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Protocol

Hear = Callable[[str], None]
"""Hears lines of a long operation as they come, without line ends."""


@dataclass(frozen=True)
class Facts:
    """What an engine says about itself.

    Attributes:
        version: As it calls itself, such as ``20.10.24``.
        rootless: Whether root in a container is the user who runs the engine.
    """

    version: str
    rootless: bool


@dataclass(frozen=True)
class ImageFacts:
    """An image that an engine has.

    Attributes:
        id: Digest of its configuration, ``sha256:…``.
        machine: Such as ``amd64``.
        labels: Names and values.
    """

    id: str
    machine: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Bind:
    """A folder of the engine's machine that a container sees.

    Attributes:
        source: Absolute path there; it has to exist.
        target: Absolute path in the container.
        read_only: Whether the container may only read it.
    """

    source: str
    target: str
    read_only: bool = False


class Restart(StrEnum):
    """When an engine starts a container again by itself."""

    NEVER = "no"
    ON_FAILURE = "on-failure"
    UNLESS_STOPPED = "unless-stopped"


@dataclass(frozen=True)
class Container:
    """A container to be made. It has no privileges and no way to get any.

    Attributes:
        image: Reference or id of an image the engine has.
        command: Arguments as they are; no shell reads them.
        name: What it is called; the engine has one of a name.
        user: ``uid:gid``, or None for the image's own.
        folder: Working directory, or None for the image's own.
        environment: Variables.
        labels: Names and values, to find it again.
        binds: Folders of the engine's machine.
        scratch: Folders that are removed with the container and are in no image made of it.
        ports: Ports in the container, and where each is published: ``(address, port)`` with port 0
            for a free one.
        network: Name of a network, such as ``bridge`` or ``none``.
        cpus: Processors, fractions allowed; None for all.
        memory: Bytes, swap included; None for all.
        restart: When the engine starts it again.
        read_only: Whether its file system can only be read.
        init: Whether a small init reaps processes and passes signals on.
        capabilities: Of root, those that it keeps; none by default.
        log_bytes: How much of its log is kept, about; the oldest goes first, and a disk that is too
            slow for it loses lines rather than hold the container up. None keeps every line.
    """

    image: str
    command: Sequence[str]
    name: str
    user: str | None = None
    folder: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    binds: Sequence[Bind] = ()
    scratch: Sequence[str] = ()
    ports: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    network: str = "bridge"
    cpus: float | None = None
    memory: int | None = None
    restart: Restart = Restart.NEVER
    read_only: bool = False
    init: bool = True
    capabilities: Sequence[str] = ()
    log_bytes: int | None = None


class Status(StrEnum):
    """Where a container is; an engine's other words are one of these."""

    CREATED = "created"
    RUNNING = "running"
    EXITED = "exited"


@dataclass(frozen=True)
class ContainerState:
    """What an engine knows of a container.

    Attributes:
        status: Where it is.
        exit_code: Of one that exited; 128 + signal when a signal killed it.
        out_of_memory: Whether the kernel killed a process of it at its limit.
        error: Why it could not be started, or an empty string.
        labels: Names and values.
        ports: Ports in the container and where they are published now.
    """

    status: Status
    exit_code: int
    out_of_memory: bool
    error: str
    labels: Mapping[str, str]
    ports: Mapping[int, tuple[str, int]]


class Images(Protocol):
    """The images of an engine."""

    def find(self, reference: str) -> ImageFacts | None:
        """Return the image, or None when the engine does not have it."""
        ...

    def pull(self, reference: str, hear: Hear) -> None:
        """Fetch the image from its registry.

        Raises:
            EngineError: The registry does not answer, or has no such image.
        """
        ...

    def load(self, archive: Path) -> Sequence[str]:
        """Take the images of an archive, Docker's or an OCI layout; return their references."""
        ...

    def commit(self, container: str, reference: str, labels: Mapping[str, str]) -> None:
        """Make an image of what a stopped container's file system is now."""
        ...

    def remove(self, reference: str) -> None:
        """Forget the image; one that is not there is forgotten already."""
        ...


class Containers(Protocol):
    """The life of the containers of an engine."""

    def create(self, container: Container) -> None:
        """Make the container without starting it.

        Raises:
            EngineError: Its name is taken, or the image is not there.
        """
        ...

    def rename(self, name: str, new: str) -> bool:
        """Give the container another name; return False when that one is taken."""
        ...

    def start(self, name: str) -> None:
        """Start the container; one that runs goes on.

        Raises:
            EngineError: It cannot be started, or is not there.
        """
        ...

    def state(self, name: str) -> ContainerState | None:
        """Return what is known of the container, or None when there is none of that name."""
        ...

    def labelled(self, label: str, value: str) -> Sequence[str]:
        """Return the names of the containers with this label, running or not, sorted."""
        ...

    def stop(self, name: str, grace: float) -> None:
        """Ask the container to end and kill it after `grace` seconds; does nothing if it ended."""
        ...

    def remove(self, name: str) -> None:
        """Kill the container and remove it with its scratch folders; one that is gone is gone."""
        ...


class Pieces(Protocol):
    """Bytes in pieces, from an engine that waits until they were read or let go of."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces, once."""
        ...

    def close(self) -> None:
        """Let go of the rest; a container cannot be removed before."""
        ...


class Contents(Protocol):
    """What containers say and hold, whether they run or not."""

    def log(self, name: str, *, follow: bool = False) -> Iterator[bytes]:
        """Yield what the container wrote, from its start, in pieces; nothing if it is not there.

        Args:
            name: The container.
            follow: Go on until it ends.
        """
        ...

    def put(self, name: str, folder: str, archive: IO[bytes]) -> None:
        """Unpack a tar archive in a folder of the container, with the owners it names."""
        ...

    def get(self, name: str, path: str) -> Pieces | None:
        """Return a tar archive of a file or folder, in pieces; None when it is not there.

        The container may have written anything into it: links, devices, any size.
        """
        ...


class Engine(Protocol):
    """A container engine. Every method raises `EngineUnreachable` when none answers.

    Attributes:
        images: Its images.
        containers: Its containers.
        contents: What they say and hold.
    """

    images: Images
    containers: Containers
    contents: Contents

    def facts(self) -> Facts:
        """Return what the engine says about itself."""
        ...

    def close(self) -> None:
        """Let go of the connection; nothing can be asked afterwards."""
        ...
