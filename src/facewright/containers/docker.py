"""A container engine that speaks Docker's API: Docker Engine, or Podman's socket."""

import weakref
from typing import Any

import docker
import docker.errors
from docker.context import ContextAPI
from docker.utils import kwargs_from_env

from facewright.containers.docker_containers import DockerContainers
from facewright.containers.docker_contents import DockerContents
from facewright.containers.docker_errors import in_our_words, unreachable
from facewright.containers.docker_images import DockerImages
from facewright.containers.engine import Containers, Contents, Engine, Facts, Images
from facewright.errors import EngineUnreachable

# Packing a large image is one silent answer, so the wait for an answer is long; an engine that
# is not there refuses at once.
_PATIENCE_SECONDS = 1800


class DockerEngine:
    """An engine behind a socket.

    Args:
        host: Address such as ``unix:///var/run/docker.sock``; None asks the environment
            (``DOCKER_HOST``), then the current Docker context, then takes the usual socket.

    Raises:
        EngineUnreachable: None answers there.
    """

    images: Images
    containers: Containers
    contents: Contents

    def __init__(self, host: str | None = None) -> None:
        try:
            self._api = docker.APIClient(
                **engine_address(host), version="auto", timeout=_PATIENCE_SECONDS
            )
        except (docker.errors.DockerException, OSError, ValueError) as error:
            raise unreachable(error) from error
        # Its sockets go with the engine, since few who ask an engine something end by closing it.
        self._close = weakref.finalize(self, self._api.close)
        self.images = DockerImages(self._api)
        self.containers = DockerContainers(self._api)
        self.contents = DockerContents(self._api)

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
