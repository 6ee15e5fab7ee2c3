"""A container engine that speaks Docker's API: Docker Engine, or Podman's socket."""

import socket
import weakref
from typing import Any

import docker
import docker.errors
import requests
from docker.context import ContextAPI
from docker.utils import kwargs_from_env

from facewright.containers.docker_containers import DockerContainers
from facewright.containers.docker_contents import DockerContents
from facewright.containers.docker_errors import in_our_words, unreachable
from facewright.containers.docker_images import DockerImages
from facewright.containers.engine import Containers, Contents, Engine, Facts, Images
from facewright.errors import EngineUnreachable

# An engine that is not there refuses at once, one that works answers a question at once. Packing a
# large image is one silent answer, so work is waited for longer. Nothing is waited for without end.
_ANSWER_SECONDS = 60.0
_WORK_SECONDS = 1800.0


class DockerEngine:
    """An engine behind a socket.

    Args:
        host: Address such as ``unix:///var/run/docker.sock``; None asks the environment
            (``DOCKER_HOST``), then the current Docker context, then takes the usual socket.
        answer_seconds: Silence after which a question is given up.
        work_seconds: Silence after which work is, such as packing an image.

    Raises:
        EngineUnreachable: None answers there.
    """

    images: Images
    containers: Containers
    contents: Contents

    def __init__(
        self,
        host: str | None = None,
        *,
        answer_seconds: float = _ANSWER_SECONDS,
        work_seconds: float = _WORK_SECONDS,
    ) -> None:
        self._api, working = _clients(host, answer_seconds, work_seconds)
        # Its sockets go with the engine, since few who ask an engine something end by closing it.
        self._close = weakref.finalize(self, _close, self._api, working)
        self.images = DockerImages(self._api, working)
        self.containers = DockerContainers(self._api, working)
        self.contents = DockerContents(self._api, working)

    def facts(self) -> Facts:
        """Return what the engine says about itself."""
        with in_our_words("the container engine does not tell about itself"):
            said = self._api.info()
        options = said.get("SecurityOptions") or []
        return Facts(
            version=str(said.get("ServerVersion", "unknown")),
            rootless=any("rootless" in str(option) for option in options),
        )

    def close(self) -> None:
        """Let go of the sockets; nothing can be asked afterwards."""
        self._close()


def connect(host: str | None = None) -> Engine:
    """Return the engine at `host`, or the one the environment names.

    Raises:
        EngineUnreachable: None answers.
    """
    return DockerEngine(host)


def _clients(host: str | None, *seconds: float) -> list[docker.APIClient]:
    """Return a client for each limit of time; one cannot have two."""
    clients: list[docker.APIClient] = []
    try:
        options: dict[str, Any] = {**engine_address(host), "version": "auto"}
        _check_listener(str(options.get("base_url")), seconds[0])
        for limit in seconds:
            # Only the first asks for the version, and finds out whether anybody answers.
            clients.append(docker.APIClient(**{**options, "timeout": limit}))
            options["version"] = clients[0].api_version
    except (docker.errors.DockerException, requests.RequestException, OSError, ValueError) as error:
        raise unreachable(error) from error
    return clients


def _check_listener(address: str, seconds: float) -> None:
    """Knock at a socket first: the Docker library leaves its own open when nobody is there."""
    if address.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as knocking:
            knocking.settimeout(seconds)
            knocking.connect(address.removeprefix("unix://"))


def _close(*clients: docker.APIClient) -> None:
    for client in clients:
        client.close()


def engine_address(host: str | None) -> dict[str, Any]:
    """Return what a client of the Docker library needs to know of an engine's place."""
    if host:
        return {"base_url": host}
    named = kwargs_from_env()
    if "base_url" in named:
        return dict(named)
    context = ContextAPI.get_current_context()
    if context is None or not context.Host:
        raise EngineUnreachable("the current Docker context names no engine", hint="choose another")
    return {"base_url": context.Host, "tls": context.TLSConfig or False}
