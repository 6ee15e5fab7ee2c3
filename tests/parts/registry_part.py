"""A real container registry, Debian's docker-registry, on a port of its own."""

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = "docker-registry"


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield ``host:port`` of a registry; skip where there is none, fail in CI."""
    program = shutil.which(PROGRAM)
    if program is None:
        reason = f"{PROGRAM} is not installed (Debian: apt install docker-registry)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("registry")
    address = f"127.0.0.1:{free_port()}"
    (folder / "config.yml").write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {folder / 'data'}}}}}\n"
        f'http: {{addr: "{address}"}}\n'
    )
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [program, "serve", str(folder / "config.yml")], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(f"http://{address}/v2/", folder)
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str, folder: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310, our own loopback server
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    pytest.fail(f"the registry did not start: {(folder / 'log').read_text()}")
