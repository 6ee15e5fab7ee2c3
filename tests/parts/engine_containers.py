"""What tests do with containers of a real engine."""

import base64
import contextlib
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from own_port import own_port
from waiting_part import until


def post(address: str, photo: Path) -> dict[str, object]:
    """Return what a service answers to a photo."""
    body = json.dumps({"input_bytes": base64.b64encode(photo.read_bytes()).decode()}).encode()
    request = urllib.request.Request(  # noqa: S310, our own loopback server
        f"{address}/score", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        answer: dict[str, object] = json.loads(json.loads(response.read()))
    return answer


def client(host: str) -> Any:  # half of its types are missing
    """Return a client of an engine."""
    return docker.APIClient(host, timeout=600)


@contextlib.contextmanager
def running(host: str, reference: str, command: list[str]) -> Iterator[str]:
    """Yield the address of a container with the rights of nobody and files it can only read."""
    with contextlib.closing(client(host)) as api:
        port = own_port()
        limits = api.create_host_config(
            read_only=True,
            tmpfs={"/tmp": ""},  # noqa: S108, in a container
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            network_mode="host",
        )
        words = [*command, "--host", "127.0.0.1", "--port", str(port)]
        made = api.create_container(reference, words, host_config=limits)
        try:
            api.start(made)
            until(lambda: answers(f"http://127.0.0.1:{port}/readyz") or ended(api, made))
            yield f"http://127.0.0.1:{port}"
        finally:
            api.remove_container(made, force=True)


def answers(address: str) -> bool:
    """Return whether a service is ready."""
    try:
        with urllib.request.urlopen(address, timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except OSError:
        return False


def ended(api: Any, container: Any) -> bool:
    """Return False while a container runs; fail with its words when it has ended."""
    state = api.inspect_container(container)["State"]
    if state["Status"] == "exited":
        pytest.fail(api.logs(container).decode(errors="replace"))
    return False


def pull(docker_host: str, name: str) -> None:
    """Let an engine fetch an image."""
    repository, _, tag = name.rpartition(":")
    with contextlib.closing(client(docker_host)) as api:
        told = list(api.pull(repository, tag, stream=True, decode=True))
        assert not [each for each in told if "error" in each], told[-1]


def said_by(docker_host: str, name: str, *command: str) -> str:
    """Return what a container says until it ends; it may write nowhere."""
    with contextlib.closing(client(docker_host)) as api:
        limits = api.create_host_config(read_only=True, network_mode="none")
        made = api.create_container(name, list(command) or None, host_config=limits)
        try:
            api.start(made)
            api.wait(made)
            return str(api.logs(made).decode()).strip()
        finally:
            api.remove_container(made, force=True)


def leftovers(api: Any) -> list[str]:
    """Return what extra steps left in an engine."""
    names = [str(each["RepoTags"]) for each in api.images()]
    return [each for each in names if "facewright-below" in each or "facewright-steps" in each]
