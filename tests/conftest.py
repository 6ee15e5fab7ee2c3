"""What many tests share: a clean environment, drawn people, a model trained on them."""

import gc
import io
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from command_line import CommandLine
from ended import Ended
from history_database import history_database
from hypothesis import HealthCheck, settings
from PIL import Image
from postgresql_part import Server, running_postgresql
from ray_part import RayCluster, shared_ray

from facewright.faces.face import Pixels
from facewright.training.people import NAMES, Album, draw_many, person
from facewright.training.recipe import Recipe
from facewright.training.train import Folders, TrainingResult, train

# A shell that starts a run in the background lets it ignore Ctrl+C, and all that the run starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Processes that tests start buffer what they print and keep what they compile, whatever the shell
# here says: hundreds of them load the same files.
for _name in ("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"):
    os.environ.pop(_name, None)

# No test asserts wall-clock time, generated ones included.
settings.register_profile("facewright", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("facewright")

PROJECT = Path(__file__).parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the scenarios, which wait most: what comes last should keep all workers busy."""
    items.sort(key=lambda item: "scenarios" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Keep thousands of tests out of what the collector walks through from now on."""
    gc.collect()
    gc.freeze()


KNOWN = ("ada", "bruno", "clara")
OTHERS = ("elena", "felix", "greta", "iris", "jonas", "karla", "leon", "mira", "nils")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared_cache: Path) -> None:
    """Give each test folders of its own; exported networks are shared, since they cost seconds."""
    for name in os.environ:
        if name.startswith(("FACEWRIGHT_", "AZUREML_", "MLFLOW_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FACEWRIGHT_CACHE_DIRECTORY", str(shared_cache))
    monkeypatch.setenv("FACEWRIGHT_DATA_DIRECTORY", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def shared_cache(run_folder: Path) -> Path:
    """Return the cache of this run, for embeddings and exported networks."""
    return run_folder / "cache"


@pytest.fixture(scope="session")
def population(run_folder: Path) -> Path:
    """Return `train/<person>/` and `probes/<person>/` of drawn people, made once for the run.

    Three people with eight photos each and `unknown` with three photos each of nine others; the
    probes are two other photos of each of the three, and two of a stranger.
    """
    place = run_folder / "population"
    if not place.exists():
        made = run_folder / f"population-{os.getpid()}"
        _draw(made)
        try:
            made.rename(place)
        except OSError:  # another worker was first
            shutil.rmtree(made)
    return place


def _draw(place: Path) -> None:
    seeds = {name: seed for seed, name in NAMES.items()}
    train_, probes = place / "train", place / "probes"
    albums = [Album(train_ / name, person(seeds[name]), tuple(range(8))) for name in KNOWN]
    albums += [Album(train_ / "unknown", person(seeds[name]), tuple(range(3))) for name in OTHERS]
    albums += [Album(probes / name, person(seeds[name]), (20, 21)) for name in KNOWN]
    albums += [Album(probes / "unknown", person(seeds["hugo"]), (20, 21))]
    draw_many(albums, workers=1)


@pytest.fixture(scope="session")
def trained(
    population: Path, tmp_path_factory: pytest.TempPathFactory, shared_cache: Path
) -> TrainingResult:
    """Return a run with the default recipe on the drawn people."""
    outputs = tmp_path_factory.mktemp("trained") / "outputs"
    return train(Folders(population / "train", outputs, shared_cache), Recipe())


@pytest.fixture(scope="session")
def empty_history(run_folder: Path) -> Path:
    """Return a database with MLflow's tables, to be copied: they take seconds to make."""
    return history_database(run_folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Return a PostgreSQL server that is started once; each test takes databases of its own."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def ray_cluster(run_folder: Path) -> Iterator[RayCluster]:
    """Yield a cluster of Ray that all tests of this run share."""
    with shared_ray(run_folder) as cluster:
        yield cluster


@pytest.fixture
def shared_folder() -> Path:
    """Return the evaluation photos beside the project; skip without them, fail in CI."""
    place = Path(os.environ.get("FACEWRIGHT_EVALUATION", PROJECT.parent / "shared"))
    if (place / "faces").is_dir():
        return place
    reason = f"the evaluation photos are not beside the project, in {place.name}/faces"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def command_line() -> Iterator[CommandLine]:
    """Yield what runs commands, each as a process of its own."""
    line = CommandLine()
    yield line
    line.close()


@pytest.fixture
def facewright(tmp_path: Path, command_line: CommandLine) -> Callable[..., Ended]:
    """Return a function that runs the command line, by default in the test's own folder."""

    def run(*arguments: object, cwd: Path = tmp_path) -> Ended:
        return command_line.run([*map(str, arguments)], cwd)

    return run


@pytest.fixture
def encode() -> Callable[..., bytes]:
    """Return a function that writes pixels as a photo's file."""

    def encoded(pixels: Pixels, kind: str = "PNG", **options: object) -> bytes:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, kind, **options)
        return file.getvalue()

    return encoded


@pytest.fixture
def noise() -> Pixels:
    """Return a photo of nothing: seeded noise, uint8 [240, 320, 3]."""
    return np.random.default_rng(5).integers(0, 256, (240, 320, 3), dtype=np.uint8)


@pytest.fixture
def one_face(population: Path) -> Path:
    """Return a photo of one person who is in the trained model."""
    return sorted((population / "probes" / "ada").iterdir())[0]
