"""What somebody wants of an image, checked before anything is built."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from platform import machine

from facewright.containers.oci.descriptor import Platform
from facewright.errors import ImageError
from facewright.management.images.steps import read_steps

_MACHINES = {"aarch64": "arm64", "arm64": "arm64"}
HERE = f"linux/{_MACHINES.get(machine().lower(), 'amd64')}"
"""The platform of this machine."""


def slim_python(python: str) -> str:
    """Return the base image for engines that run containers: one release of Debian, slim.

    Args:
        python: Minor version, such as ``3.11``.
    """
    return f"python:{python}-slim-bookworm"


@dataclass(frozen=True)
class ImageOrder:
    """An image to be.

    Attributes:
        name: Shared by its versions.
        manifest_id: What it is made from.
        platforms: Such as ``linux/amd64``.
        base: As `fetch_base` takes it; None for nothing but our layers, which a service of the
            engine ``process`` runs.
        newest_base: Whether to ask the registry for the base although an image here has it.
        python: Minor version of the base's Python, where it does not say so itself.
        compiled: Whether compiled code goes in, which makes services start sooner; the digest then
            depends on the release of Python that compiled it.
        description: Text.
        steps: File of extra steps, which a container engine runs.
    """

    name: str
    manifest_id: str
    platforms: Sequence[str] = (HERE,)
    base: str | None = None
    newest_base: bool = False
    python: str | None = None
    compiled: bool = True
    description: str = ""
    steps: Path | None = None


def checked_platforms(order: ImageOrder) -> list[Platform]:
    """Return the platforms of an order, each once.

    Raises:
        ImageError: There is none, or one is no platform.
    """
    platforms = list(dict.fromkeys(map(Platform.parse, order.platforms)))
    if not platforms:
        raise ImageError("an image is for at least one platform", hint="name linux/amd64")
    return platforms


def checked_steps(order: ImageOrder, platforms: Sequence[Platform]) -> Sequence[str]:
    """Return the extra steps of an order.

    Raises:
        ImageError: They cannot be read, or no engine here can run them.
    """
    if order.steps is None:
        return []
    if order.base is None or [*map(str, platforms)] != [HERE]:
        raise ImageError(
            f"extra steps need a base image and the platform {HERE} alone: a container engine "
            "runs them",
            hint="name a base with --base-image, or leave --docker-file out",
        )
    return read_steps(order.steps)
