"""A real Ray cluster on this machine: nodes in process groups of their own, stopped by number."""

import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from filelock import FileLock

_PATIENCE = 180.0
_ATTEMPTS = 3
_NODE_ID = re.compile(rb"--node_id=([0-9a-f]{40,})")
_PORTS = {
    "dashboard_agent_listen_port": "dashboard-agent-listen-port",
    "metrics_agent_port": "dashboard-agent-grpc-port",
    "metrics_export_port": "metrics-export-port",
    "runtime_env_agent_port": "runtime-env-agent-port",
}
_GRACE = 2.0
_started_here: dict[int, subprocess.Popen[bytes]] = {}
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0", "PYTHONWARNINGS": ""}


@dataclass
class RayNode:
    """A node.

    Attributes:
        group: Its process group.
        folder: Its temporary folder.
    """

    group: int
    folder: Path

    def kill(self) -> None:
        """Kill every process of the node, as when the machine loses its power."""
        with suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)


@dataclass
class RayCluster:
    """A cluster.

    Attributes:
        address: URL of its jobs API.
        gcs: What `ray.init` is given.
        nodes: The head first.
    """

    address: str
    gcs: str
    nodes: list[RayNode]


@contextmanager
def ray_cluster(nodes: int = 1, cpus: int = 1) -> Iterator[RayCluster]:
    """Yield a cluster of nodes of so many processors each; skip without Ray, fail in CI."""
    if importlib.util.find_spec("ray") is None:
        reason = "Ray is not installed: pip install 'facewright[ray]'"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    nodes_up: list[RayNode] = []
    try:
        port, dashboard = free_port(), free_port()
        options = ["--head", f"--port={port}", "--dashboard-host=127.0.0.1"]
        options += [f"--dashboard-port={dashboard}", f"--ray-client-server-port={free_port()}"]
        nodes_up.append(_node(cpus, options))
        gcs = f"{_own_address(nodes_up[0])}:{port}"
        nodes_up += [_node(cpus, [f"--address={gcs}"]) for _ in range(nodes - 1)]
        address = f"http://127.0.0.1:{dashboard}"
        _wait(lambda: _answers(f"{address}/api/version"), "the jobs API does not answer")
        yield RayCluster(address, gcs, nodes_up)
    finally:
        for node in reversed(nodes_up):
            _remove(node)


def _node(cpus: int, options: list[str]) -> RayNode:
    # Sockets lie in the folder, and their paths may not be long.
    folder = Path(tempfile.mkdtemp(prefix="fwray-", dir="/tmp"))
    for attempt in range(_ATTEMPTS):
        node = _started(cpus, options, folder / str(attempt))
        if node is not None:
            return node
    raise AssertionError(f"a node of Ray does not start; see {folder}")


def _remove(node: RayNode) -> None:
    _stop(node)
    shutil.rmtree(node.folder.parent, ignore_errors=True)


def _started(cpus: int, options: list[str], folder: Path) -> RayNode | None:
    folder.mkdir()
    ports = {name: free_port() for name in _PORTS}
    command = [
        *(sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--disable-usage-stats"),
        *(f"--num-cpus={cpus}", f"--temp-dir={folder}", "--object-store-memory=100000000"),
        *("--min-worker-port=0", "--max-worker-port=0", "--include-log-monitor=False"),
        *(f"--{_PORTS[name]}={port}" for name, port in ports.items()),
        *options,
    ]
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, **_QUIET},
            cwd=folder,
        )
    _started_here[process.pid] = process
    node = RayNode(process.pid, folder)
    until = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < until:
        _tell_ports(node, ports)
        if b"Ray runtime started" in (folder / "out").read_bytes():
            return node
        time.sleep(0.1)
    _stop(node)
    return None


def _tell_ports(node: RayNode, ports: dict[str, int]) -> None:
    """Write down the agents' ports, which are settled: the raylet waits 15 seconds for the files.

    On a busy machine the agents, which would write them, take longer than that to be loaded.
    """
    for session in node.folder.glob("session_2*"):
        for name in _raylets(node.group):
            for kind, port in ports.items():
                file = session / f"{kind}_{name}"
                if not file.exists():
                    file.write_text(str(port))


def _raylets(group: int) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.getpgid(int(folder.name)) == group:
                found += _NODE_ID.findall((folder / "cmdline").read_bytes())
    return [name.decode() for name in found]


def _stop(node: RayNode) -> None:
    with suppress(ProcessLookupError):
        os.killpg(node.group, signal.SIGTERM)
    until = time.monotonic() + _GRACE
    while _lives(node.group) and time.monotonic() < until:
        time.sleep(0.1)
    node.kill()
    process = _started_here.pop(node.group, None)
    if process is not None:
        process.wait()


def _lives(group: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(group, os.WNOHANG)
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _own_address(node: RayNode) -> str:
    found = re.search(rb"Local node IP.*?([0-9a-f.:]{7,})", (node.folder / "out").read_bytes())
    assert found is not None
    return found[1].decode()


def _answers(url: str) -> bool:
    with suppress(OSError, ValueError), urlopen(url, timeout=2) as answer:  # noqa: S310
        return bool(json.load(answer))
    return False


def _wait(true: object, words: str) -> None:
    until = time.monotonic() + _PATIENCE
    while not true():  # type: ignore[operator]
        assert time.monotonic() < until, words
        time.sleep(0.2)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as listening:
        listening.bind(("", 0))
        return int(listening.getsockname()[1])


@contextmanager
def shared_ray(run_folder: Path) -> Iterator[RayCluster]:
    """Yield a cluster of one node that all workers of this run share; the last one stops it."""
    record = run_folder / "ray.json"
    with FileLock(run_folder / "ray.lock", timeout=600):
        told: dict[str, Any] = {"users": 0}
        if record.exists():
            told = json.loads(record.read_text())
        if not told["users"]:
            with ray_cluster() as cluster:
                told |= {"address": cluster.address, "gcs": cluster.gcs}
                told["node"] = [cluster.nodes[0].group, str(cluster.nodes[0].folder)]
                cluster.nodes.clear()  # it stays
        told["users"] += 1
        record.write_text(json.dumps(told))
    node = RayNode(told["node"][0], Path(told["node"][1]))
    try:
        yield RayCluster(told["address"], told["gcs"], [node])
    finally:
        with FileLock(run_folder / "ray.lock", timeout=600):
            told = json.loads(record.read_text())
            told["users"] -= 1
            record.write_text(json.dumps(told))
            if not told["users"]:
                _remove(node)
