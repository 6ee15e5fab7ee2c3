"""How the server in an image is started: the image's own command, and what a plan adds to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from facewright.containers.oci.layout import Image
from facewright.environments.service_engine import ServicePlan
from facewright.errors import EngineError
from facewright.gallery.place import VARIABLE

PORT = 5001
# How long a server that is told to end asks its clients to connect anew; it ends as soon as they
# did.
_DRAIN_SECONDS = 5


@dataclass(frozen=True)
class Inside:
    """Where a server finds what it needs, as it sees it.

    Attributes:
        host: Address to listen on.
        port: Port to listen on.
        keys: File of keys, or None.
        collect: Folder for answers, or None.
        alone: Whether nobody but the front reaches the address, whatever it is.
    """

    host: str
    port: int
    keys: str | None
    collect: str | None
    alone: bool = False


def server_command(plan: ServicePlan, inside: Inside) -> list[str]:
    """Return the arguments that start the server of a plan.

    Raises:
        EngineError: The image starts something else.
    """
    command = image_command(plan.image)
    flags: list[object] = [
        *("--host", inside.host, "--port", inside.port, "--name", plan.name),
        *("--workers", plan.replicas, "--drain", _DRAIN_SECONDS),
    ]
    if plan.waiting is not None:
        flags += ["--queue", plan.waiting]
    if inside.keys is not None:
        flags += ["--keys", inside.keys]
    elif inside.alone and "--insecure-no-keys" not in command:
        flags += ["--insecure-no-keys"]
    if inside.collect is not None:
        flags += ["--collect-model-data", inside.collect]
    # Of an option that is given twice, the last one counts.
    return [*command, *map(str, flags)]


def people_environment(folder: str) -> dict[str, str]:
    """Return the variable that lets a server keep the people it enrols.

    Beside the model file they would end with the image, or could not be written at all.

    Args:
        folder: Where the server may write, as it sees it.
    """
    return {VARIABLE: f"sqlite:///{folder}/people.db"}


def image_command(image: Image) -> Sequence[str]:
    """Return the command of an image.

    Raises:
        EngineError: It is not that of a scoring server.
    """
    command = [str(word) for word in _config(image).get("Cmd") or []]
    if command[1:5] != ["-m", "facewright", "score", "serve"]:
        raise EngineError(
            "not an image of a service: expected the command python3 -m facewright score serve …, "
            f"received {' '.join(command)[:200] or 'none'}",
            hint="make one with `facewright image create`",
        )
    return command


def image_environment(image: Image) -> dict[str, str]:
    """Return the variables of an image."""
    return dict(str(each).partition("=")[::2] for each in _config(image).get("Env") or [])


def _config(image: Image) -> dict[str, Any]:
    found = image.config.get("config")
    return found if isinstance(found, dict) else {}
