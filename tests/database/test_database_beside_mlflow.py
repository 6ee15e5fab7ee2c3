"""MLflow's tables and ours live in one database, whoever comes first."""

import subprocess
import sys

import pytest

from facewright.database.database import open_database

_MLFLOW = """
import sys
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
store = SqlAlchemyStore(sys.argv[1], sys.argv[2])
print(store.get_experiment_by_name("Default").name)
"""


def run_mlflow(url: str, folder: str) -> str:
    # In a process of its own: MLflow keeps engines for ever.
    url = url.replace("postgresql://", "postgresql+psycopg://")
    command = [sys.executable, "-c", _MLFLOW, url, folder]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


@pytest.mark.parametrize("first", ["facewright", "mlflow"])
def test_both_keep_their_own_history(
    url: str, first: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = str(tmp_path_factory.mktemp("artefacts"))
    if first == "facewright":
        open_database(url).close()
    assert run_mlflow(url, folder) == "Default\n"
    open_database(url).close()
    assert run_mlflow(url, folder) == "Default\n"
    with open_database(url) as database, database.read() as session:
        answer = session.connection().exec_driver_sql("SELECT COUNT(*) FROM alembic_version")
        assert answer.scalar() == 1
