"""A new history is opened by several processes at once."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from postgresql_part import running_postgresql

_PROCESSES = 3
# Loads MLflow once, which takes seconds, and becomes several processes then.
_OPEN = """
import os, sys, traceback
from pathlib import Path
from facewright.runs import tracked_runs, artefacts, tracking
from facewright.runs.history import History
import mlflow.store.tracking.sqlalchemy_store

address, folder = sys.argv[1], Path(sys.argv[2])
wait, go = os.pipe()
children = []
for _ in range(int(sys.argv[3])):
    if (child := os.fork()) == 0:
        os.close(go)
        os.read(wait, 1)
        try:
            History.open(address, folder / "artefacts").runs.experiments(None)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    children.append(child)
os.close(go)
print([os.waitpid(child, 0)[1] for child in children])
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a database without tables; of a file in a folder that is not there."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield f"sqlite:///{tmp_path / 'new' / 'facewright.db'}"
        else:
            yield stack.enter_context(running_postgresql()).new_database()


def test_a_new_history_is_opened_by_many_at_once(address: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _OPEN, address, str(tmp_path), str(_PROCESSES)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert (ended.stdout, ended.stderr) == (f"{[0] * _PROCESSES}\n", "")
