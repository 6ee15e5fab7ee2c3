"""What is remembered, in a database of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgresql_part import Server, running_postgresql

from facewright.database.database import open_database
from facewright.projects.registry import Registry, open_registry


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Return a server that is started once."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'facewright.db'}"
    server: Server = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture
def registry(database_url: str) -> Iterator[Registry]:
    """Return what is remembered, with ada at this machine."""
    with open_database(database_url) as database:
        yield open_registry(database, "ada")
