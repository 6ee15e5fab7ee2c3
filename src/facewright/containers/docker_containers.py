"""Containers of an engine that speaks Docker's API."""

from collections.abc import Mapping, Sequence
from typing import Any

import docker
import docker.errors
from docker.types import LogConfig, Mount

from facewright.containers.docker_errors import in_our_words
from facewright.containers.engine import Container, ContainerState, Status

_STATUS = {
    "created": Status.CREATED,
    "running": Status.RUNNING,
    "paused": Status.RUNNING,
    "restarting": Status.RUNNING,
}
_CONFLICT = 409
_LOG_FILES = 4


class DockerContainers:
    """Implements `Containers`.

    Args:
        api: For questions, which are answered soon.
        working: For work, which may take long.
    """

    def __init__(self, api: docker.APIClient, working: docker.APIClient) -> None:
        self._api: Any = api  # half of its types are missing
        self._working: Any = working

    def create(self, container: Container) -> None:
        """Make the container without starting it."""
        with in_our_words(f"the container {container.name} cannot be made"):
            # Long: some engines copy the whole image.
            self._working.create_container(
                container.image,
                list(container.command),
                name=container.name,
                user=container.user,
                working_dir=container.folder,
                environment=dict(container.environment),
                labels=dict(container.labels),
                ports=list(container.ports),
                entrypoint=[],
                host_config=self._limits(container),
            )

    def _limits(self, container: Container) -> dict[str, Any]:
        config = self._api.create_host_config(
            mounts=_mounts(container),
            port_bindings=dict(container.ports),
            network_mode=container.network,
            mem_limit=container.memory,
            # As much as memory: no swap on top of it.
            memswap_limit=container.memory,
            restart_policy={"Name": container.restart.value},
            read_only=container.read_only,
            init=container.init,
            cap_drop=["ALL"],
            cap_add=list(container.capabilities),
            security_opt=["no-new-privileges:true"],
            log_config=_log(container.log_bytes),
            nano_cpus=None if container.cpus is None else round(container.cpus * 1_000_000_000),
        )
        return dict(config)

    def rename(self, name: str, new: str) -> bool:
        """Give the container another name; return False when that one is taken."""
        with in_our_words(f"the container {name} cannot be renamed"):
            try:
                self._api.rename(name, new)
            except docker.errors.APIError as error:
                if error.status_code == _CONFLICT:
                    return False
                raise
        return True

    def start(self, name: str) -> None:
        """Start the container; one that runs goes on."""
        with in_our_words(f"the container {name} cannot be started"):
            self._api.start(name)

    def state(self, name: str) -> ContainerState | None:
        """Return what is known of the container, or None when there is none of that name."""
        with in_our_words(f"the container {name} cannot be looked up"):
            try:
                said = self._api.inspect_container(name)
            except docker.errors.NotFound:
                return None
        state = said["State"]
        return ContainerState(
            status=_STATUS.get(state["Status"], Status.EXITED),
            exit_code=int(state["ExitCode"]),
            out_of_memory=bool(state["OOMKilled"]),
            error=str(state.get("Error") or ""),
            labels=said["Config"].get("Labels") or {},
            ports=_published(said["NetworkSettings"].get("Ports") or {}),
        )

    def labelled(self, label: str, value: str) -> Sequence[str]:
        """Return the names of the containers with this label, running or not, sorted."""
        with in_our_words("the containers cannot be listed"):
            said = self._api.containers(all=True, filters={"label": f"{label}={value}"})
        return sorted(str(each["Names"][0]).lstrip("/") for each in said if each.get("Names"))

    def stop(self, name: str, grace: float) -> None:
        """Ask the container to end and kill it after `grace` seconds."""
        with in_our_words(f"the container {name} cannot be stopped"):
            try:
                self._api.stop(name, timeout=round(grace))
            except docker.errors.NotFound:
                return

    def remove(self, name: str) -> None:
        """Kill the container and remove it with its scratch folders."""
        with in_our_words(f"the container {name} cannot be removed"):
            try:
                self._api.remove_container(name, v=True, force=True)
            except docker.errors.NotFound:
                return
            except docker.errors.APIError as error:
                if error.status_code != _CONFLICT:  # else somebody is removing it already
                    raise


def _log(most: int | None) -> LogConfig:
    # Whatever the engine's default is: this one can be read back.
    kind = LogConfig.types.JSON
    if most is None:
        return LogConfig(type=kind)
    size = str(most // _LOG_FILES)
    kept = {"max-file": str(_LOG_FILES), "max-size": size}
    return LogConfig(type=kind, config={**kept, "mode": "non-blocking", "max-buffer-size": "4m"})


def _mounts(container: Container) -> list[Mount]:
    binds = [
        Mount(bind.target, bind.source, type="bind", read_only=bind.read_only)
        for bind in container.binds
    ]
    return binds + [Mount(folder, None, type="volume") for folder in container.scratch]


def _published(ports: Mapping[str, Any]) -> dict[int, tuple[str, int]]:
    """Read ``{"5001/tcp": [{"HostIp": "127.0.0.1", "HostPort": "32768"}]}``."""
    return {
        int(port.partition("/")[0]): (places[0]["HostIp"], int(places[0]["HostPort"]))
        for port, places in ports.items()
        if places
    }
