"""What the tests of models, manifests and services stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from service_command import Bench
from service_images import Shelf

from facewright.database.database import Database, open_database
from facewright.management.models.files import ModelFiles
from facewright.management.models.models import Models


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Return an empty database."""
    with open_database(f"sqlite:///{tmp_path / 'records.db'}") as database:
        yield database


@pytest.fixture
def models(database: Database, tmp_path: Path) -> Models:
    """Return an empty collection."""
    return Models(database, ModelFiles(tmp_path / "store"))


@pytest.fixture(scope="session")
def shelf(run_folder: Path) -> Shelf:
    """Return images for the engine of processes."""
    return Shelf(run_folder / "images-process")


@pytest.fixture
def bench(tmp_path: Path, shelf: Shelf) -> Iterator[Bench]:
    """Return a bench; its services end with the test."""
    bench = Bench(tmp_path / "data", shelf)
    try:
        yield bench
    finally:
        bench.end()
