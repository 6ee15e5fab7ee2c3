"""Many processes register at once, and processes are killed while they register."""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from killing import killer
from postgresql_part import Server, running_postgresql

from facewright.database.database import open_database
from facewright.management.models.files import ModelFiles
from facewright.management.models.models import Described, Models
from facewright.management.models.sources import find_source
from facewright.system import digest

PROCESSES, THREADS, EACH = 4, 10, 5

REGISTER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from facewright.database.database import open_database
from facewright.management.models.files import ModelFiles
from facewright.management.models.models import Described, Models
from facewright.management.models.sources import find_source

url, store, path, threads, each = sys.argv[1:]
with open_database(url) as database:
    models = Models(database, ModelFiles(Path(store)))
    def register(_):
        for _ in range(int(each)):
            made = models.register(find_source(Path(path), 10**9), Described("face"))
            sys.stdout.write(f"{made.version}\\n")  # `print` would write the end of line apart
            sys.stdout.flush()
    sys.stdin.readline()
    with ThreadPoolExecutor(int(threads)) as pool:
        list(pool.map(register, range(int(threads))))
"""


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    """Return a server that is started once."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.db'}"
    server: Server = request.getfixturevalue("postgresql")
    return server.new_database()


def started(*arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", REGISTER, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def test_two_hundred_registrations_at_once_have_versions_without_gaps(
    url: str, tmp_path: Path
) -> None:
    path, store = tmp_path / "model.bin", tmp_path / "store"
    path.write_bytes(random.Random(5).randbytes(300_000))  # noqa: S311 # bytes to be kept
    processes = [started(url, store, path, THREADS, EACH) for _ in range(PROCESSES)]
    ended = [process.communicate("go\n", timeout=500) for process in processes]
    assert [stderr for _, stderr in ended] == [""] * PROCESSES
    versions = sorted(int(line) for stdout, _ in ended for line in stdout.split())
    assert versions == list(range(1, 201))
    with open_database(url) as database:
        found = Models(database, ModelFiles(store)).show("face")
    assert [model.version for model in found] == versions
    assert len({model.id for model in found}) == 200
    assert [entry.name for entry in (store / "sha256").iterdir()] == [found[0].digest[7:]]


WORK = """
import sys
from pathlib import Path
from facewright.database.database import open_database
from facewright.management.models.files import ModelFiles
from facewright.management.models.models import Described, Models
from facewright.management.models.sources import find_source

url, store = sys.argv[1:]
def work(path):
    with open_database(url) as database:
        models = Models(database, ModelFiles(Path(store)))
        while True:
            made = models.register(find_source(Path(path), 10**9), Described("face"))
            print(made.version, flush=True)
"""


def test_a_process_killed_anywhere_leaves_nothing_half_made(tmp_path: Path) -> None:
    url, store = f"sqlite:///{tmp_path / 'records.db'}", tmp_path / "store"
    with open_database(url):
        pass  # its tables are made
    dice = random.Random(7)  # noqa: S311 # moments, not secrets
    with killer(WORK, url, store) as killing:
        for attempt in range(20):
            path = tmp_path / f"model{attempt}.bin"
            path.write_bytes(dice.randbytes(4_000_000))
            said = killing.kill_after(dice.uniform(0.0, 0.15), path)
            _check(url, store, [int(line) for line in said if line])
    for blob in store.glob("sha256/[0-9a-f]*"):
        assert digest.of_file(blob) == f"sha256:{blob.name}"
    before = _check(url, store, [])
    with open_database(url) as database:
        again = Models(database, ModelFiles(store))
        assert again.register(find_source(path, 10**9), Described("face")).version == before + 1


def _check(url: str, store: Path, told: list[int]) -> int:
    """Return how many versions there are, once each was found whole."""
    with open_database(url) as database:
        models = Models(database, ModelFiles(store))
        found = models.list()
        versions = [model.version for model in found]
        assert versions == list(range(1, len(found) + 1))
        assert set(told) <= set(versions)
        for model in found[-3:]:
            assert models.open_files(model.id)
    return len(found)
