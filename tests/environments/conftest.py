"""Service engines of the tests' own, and images for them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker_part import shared_engine
from service_grounds import Ground
from service_images import Shelf
from waiting_part import until


@pytest.fixture(scope="session")
def docker_host(run_folder: Path) -> Iterator[str]:
    """Return the address of the run's own container engine."""
    with shared_engine(run_folder) as host:
        yield host


@pytest.fixture(scope="session")
def shelves(run_folder: Path, request: pytest.FixtureRequest) -> Callable[[str], Shelf]:
    """Return a function that gives the images for a kind of engine."""

    def shelf(kind: str) -> Shelf:
        host = request.getfixturevalue("docker_host") if kind == "docker" else None
        return Shelf(run_folder / f"images-{kind}", host)

    return shelf


def grounds(
    kind: str, tmp_path: Path, shelves: Callable[[str], Shelf], host: str | None
) -> Iterator[Ground]:
    """Yield a ground, and end whatever a test left on it."""
    ground = Ground(kind, tmp_path / "data", shelves(kind), host)
    try:
        yield ground
    finally:
        engine = ground.engine()
        for folder in (ground.data / "services" / kind).glob("*/"):
            engine.remove(folder.name)
        until(lambda: not ground.supervisor_pid())


@pytest.fixture(params=["process", "docker"])
def ground(
    request: pytest.FixtureRequest, tmp_path: Path, shelves: Callable[[str], Shelf]
) -> Iterator[Ground]:
    """Return an engine of each kind."""
    kind = str(request.param)
    host = request.getfixturevalue("docker_host") if kind == "docker" else None
    yield from grounds(kind, tmp_path, shelves, host)


@pytest.fixture
def processes(tmp_path: Path, shelves: Callable[[str], Shelf]) -> Iterator[Ground]:
    """Return an engine of processes."""
    yield from grounds("process", tmp_path, shelves, None)


@pytest.fixture
def containers(
    tmp_path: Path, shelves: Callable[[str], Shelf], docker_host: str
) -> Iterator[Ground]:
    """Return an engine of containers."""
    yield from grounds("docker", tmp_path, shelves, docker_host)
