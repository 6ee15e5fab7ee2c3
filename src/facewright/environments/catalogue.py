"""The service engines there are, by the name of their kind; each is loaded when it is needed."""

from pathlib import Path

from facewright.environments.fronted import FrontedEngine
from facewright.environments.supervision import Supervision
from facewright.errors import EngineError

PROCESS, DOCKER = "process", "docker"
KINDS = (PROCESS, DOCKER)
"""Those of this machine."""
KUBERNETES = "kubernetes"
"""That of clusters; each environment has its own, from `kubernetes.loading`."""


def load_engine(kind: str, data: Path, docker_host: str | None = None) -> FrontedEngine:
    """Return the service engine of a kind.

    Args:
        kind: ``process`` or ``docker``.
        data: Folder of the user's data.
        docker_host: Address of a container engine; None asks the environment.

    Raises:
        EngineError: There is no such kind.
        EngineUnreachable: No container engine answers.
    """
    folder = data / "services"
    supervision = Supervision(folder / "supervisor")
    if kind == PROCESS:
        from facewright.environments.process import ProcessBackend

        backend = ProcessBackend(supervision, folder / "contents")
        return FrontedEngine(folder / PROCESS, supervision, backend)
    if kind == DOCKER:
        from facewright.containers.docker import connect
        from facewright.environments.docker import DockerBackend

        containers = DockerBackend(connect(docker_host), folder / DOCKER)
        return FrontedEngine(folder / DOCKER, supervision, containers)
    raise EngineError(
        f"no engine runs services of the kind {kind!r}: expected {' or '.join(KINDS)}"
    )
