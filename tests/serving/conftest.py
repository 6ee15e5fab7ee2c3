"""Servers with processes of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from serving_process import EVERYTHING, ServingProcess, write_script


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., ServingProcess]]:
    """Return a function that starts a server with flags, and with variables."""
    started: list[ServingProcess] = []

    def starter(*flags: object, **environment: str) -> ServingProcess:
        server = ServingProcess(write_script(tmp_path, EVERYTHING), flags, environment)
        started.append(server)
        return server.start()

    yield starter
    for server in started:
        server.end()


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingProcess]:
    """A server of two workers, for tests that leave it as it was; it collects its answers."""
    folder = tmp_path_factory.mktemp("pair")
    flags = ("--workers", 2, "--collect-model-data", folder / "data", "--name", "faces")
    server = ServingProcess(write_script(folder, EVERYTHING), flags)
    yield server.start()
    server.end()
