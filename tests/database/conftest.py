"""An empty database of each kind."""

from pathlib import Path

import pytest
from postgresql_part import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'facewright.db'}"
    server: Server = request.getfixturevalue("postgresql")
    return server.new_database()
