"""An empty database of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgresql_part import Server, running_postgresql


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Return a server that is started once."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'facewright.db'}"
    server: Server = request.getfixturevalue("postgresql")
    return server.new_database()
