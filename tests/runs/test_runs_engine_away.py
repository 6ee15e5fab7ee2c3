"""A run on a container engine that is stopped, killed, loses its power, or hangs."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from docker_jobs import DockerPlace
from docker_part import docker_daemon, import_base_image
from waiting_part import until

from facewright.compute.job import JobState, Phase
from facewright.containers.docker import DockerEngine
from facewright.containers.engine import Container
from facewright.errors import EngineUnreachable
from facewright.runs.describe import waiting
from facewright.runs.journal import Journal
from facewright.runs.journals import Journals
from facewright.runs.order import Order
from facewright.runs.record import RunStatus, Submitted
from facewright.runs.watch import Watch

SCRIPT = """
import os, pathlib, time
pathlib.Path("outputs/begun.txt").write_text("begun")
print("begun", flush=True)
may_end = pathlib.Path(os.environ["FACEWRIGHT_SHARED_DIRECTORY"], "may-end")
while not may_end.exists():
    time.sleep(0.05)
pathlib.Path("outputs/done.txt").write_text("done")
"""
MARK = f"mark-{uuid4()}"
Begin = Callable[[str], Journal]

# The Docker library leaves a socket open when nobody listens at its other end.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def _forgotten_sockets() -> Iterator[None]:
    """Let go of them in the test that caused them."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerPlace]:
    """Yield an engine that these tests may kill."""
    folder = tmp_path_factory.mktemp("engine")
    with docker_daemon() as daemon:
        yield DockerPlace(daemon.host, import_base_image(daemon.host), folder, daemon=daemon)


@pytest.fixture
def begin(place: DockerPlace, tmp_path: Path) -> Iterator[Begin]:
    """Return a function that begins a run, which is watched as by its keeper."""
    watches: list[tuple[Journal, threading.Thread]] = []

    def begun(run_id: str) -> Journal:
        journal = Journals(tmp_path).begin(lambda draft: _order(draft, run_id))
        job = journal.order().job(journal.source)
        watch = Watch(journal, place.target(), job, slowest=0.2)
        watches.append((journal, threading.Thread(target=watch.go)))
        watches[-1][1].start()
        until(lambda: journal.log.exists() and journal.log.read_text() == "begun\n")
        return journal

    yield begun
    for journal, watch in watches:
        journal.ask_to_give_up()  # if the test failed before its end
        watch.join()


def _order(journal: Journal, run_id: str) -> Order:
    journal.source.mkdir(parents=True, exist_ok=True)
    (journal.source / "wait.py").write_text(SCRIPT)
    about = ("id", "local", "default", "ada", "docker", "docker", "wait.py", (MARK,))
    submitted = Submitted(run_id, "plant", *about, datetime.now(UTC))
    return Order(submitted, "/plant", "sqlite://", "/artefacts", ("wait.py",), shared=run_id)


def _runs_still() -> bool:
    """Return whether a script runs in a container, engine or no engine."""
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if folder.name.isdigit() and MARK.encode() in (folder / "cmdline").read_bytes():
                return True
    return False


def _ended(journal: Journal) -> tuple[RunStatus, int | None, str | None]:
    until(lambda: journal.watched().drained)
    verdict = journal.verdict()
    assert verdict is not None
    assert (journal.outputs / "begun.txt").read_text() == "begun"
    return verdict.status, verdict.exit_code, verdict.reason


def test_a_run_whose_engine_loses_its_power_is_lost_and_keeps_what_it_left(
    place: DockerPlace, begin: Begin
) -> None:
    assert place.daemon is not None
    journal = begin("plant_1")
    place.daemon.crash()
    until(lambda: journal.watched().waiting_since is not None)
    assert journal.status() is RunStatus.RUNNING
    assert "docker: " in str(waiting(journal))
    place.daemon.start()
    lost = (
        "the job was lost: the machine it ran on, or what kept it there, went down: "
        "the container engine went down with it"
    )
    assert _ended(journal) == (RunStatus.FAILED, None, lost)
    assert journal.log.read_text() == "begun\n"
    with closing(place.target()) as target:
        assert target.state("plant_1").phase is Phase.LOST
        target.clean("plant_1")
        assert target.state("plant_1") == JobState(Phase.ABSENT)


def test_a_run_whose_script_ends_while_its_killed_engine_is_away_is_completed(
    place: DockerPlace, begin: Begin
) -> None:
    assert place.daemon is not None
    journal = begin("plant_2")
    place.daemon.kill()
    until(lambda: journal.watched().waiting_since is not None)
    (place.folder / "share" / "plant_2" / "may-end").touch()
    until(lambda: not _runs_still())
    place.daemon.start()
    assert _ended(journal) == (RunStatus.COMPLETED, 0, None)
    # What a script prints while nobody reads it is lost; what it reports and leaves is in files.
    assert (journal.outputs / "done.txt").read_text() == "done"


def test_a_run_ends_with_an_engine_that_is_stopped(place: DockerPlace, begin: Begin) -> None:
    assert place.daemon is not None
    journal = begin("plant_3")
    place.daemon.stop()
    until(lambda: journal.watched().waiting_since is not None)
    place.daemon.start()
    assert _ended(journal) == (RunStatus.FAILED, -15, "killed by signal 15 (SIGTERM)")


def test_an_engine_that_hangs_is_not_waited_for_without_end(place: DockerPlace) -> None:
    assert place.daemon is not None
    sleeping = ["python3", "-c", "import time; time.sleep(1000)"]
    with closing(DockerEngine(place.engine)) as engine:
        engine.containers.create(Container(place.base, sleeping, "hanging"))
        engine.containers.start("hanging")
    with closing(DockerEngine(place.engine, answer_seconds=0.5, work_seconds=0.5)) as engine:
        asked: list[Callable[[], object]] = [
            engine.facts,
            lambda: engine.images.find(place.base),
            lambda: engine.containers.state("hanging"),
            lambda: engine.containers.create(Container(place.base, sleeping, "another")),
            lambda: list(engine.contents.log("hanging")),
            lambda: list(engine.contents.log("hanging", follow=True)),
            lambda: engine.contents.get("hanging", "/etc/hostname"),
            lambda: engine.containers.remove("hanging"),
        ]
        with place.daemon.frozen():
            for ask in asked:
                with pytest.raises(EngineUnreachable, match="hangs") as caught:
                    ask()
                assert "docker info" in str(caught.value.hint)
    with closing(DockerEngine(place.engine)) as engine:
        engine.containers.remove("hanging")
        until(lambda: engine.containers.state("hanging") is None)
