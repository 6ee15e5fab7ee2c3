"""Real container registries, Debian's docker-registry, on ports of their own."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from own_port import own_port

PROGRAM = "docker-registry"


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield ``host:port`` of a registry that everybody may use."""
    with running_registry(tmp_path_factory.mktemp("registry")) as address:
        yield address


@contextmanager
def running_registry(
    folder: Path, make: Callable[[str], dict[str, Any]] = lambda address: {}
) -> Iterator[str]:
    """Yield ``host:port`` of a registry; skip where there is none, fail in CI.

    Args:
        folder: Holds all of it.
        make: Returns more of its configuration, given its address.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        reason = f"{PROGRAM} is not installed (Debian: apt install docker-registry)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    address = f"127.0.0.1:{own_port()}"
    more = make(address)
    config = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        **more,
        "http": {"addr": address, **more.get("http", {})},
    }
    # JSON is YAML, too.
    (folder / "config.yml").write_text(json.dumps(config))
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [program, "serve", str(folder / "config.yml")], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(address, server, folder)
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(address: str, server: "subprocess.Popen[bytes]", folder: Path) -> None:
    host, _, port = address.partition(":")
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the registry did not start: {(folder / 'log').read_text()}")
