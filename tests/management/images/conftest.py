"""What the tests of images stand on: a data folder whose packages are locked already."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from image_project import fill, order_of
from package_index import make_index

from facewright.database.database import Database, open_database
from facewright.management.images.images import Images
from facewright.management.images.order import ImageOrder
from facewright.management.manifests.manifests import Manifests
from facewright.management.models.files import ModelFiles
from facewright.management.models.models import Models
from facewright.management.records import ImageRecord


@pytest.fixture(scope="session")
def index(run_folder: Path) -> Path:
    """Return the only place where pip finds packages."""
    place = run_folder / "images-index"
    with FileLock(run_folder / "images-index.lock"):
        if not place.exists():
            make_index(place.with_suffix(".coming")).rename(place)
    return place


@pytest.fixture(scope="session")
def seed(run_folder: Path, index: Path) -> Path:
    """Return a data folder with a locked manifest, so that pip is asked once a run."""
    place = run_folder / "images-seed"
    with FileLock(run_folder / "images-seed.lock"), pytest.MonkeyPatch.context() as patch:
        if place.exists():
            return place
        patch.setenv("PIP_FIND_LINKS", str(index))
        patch.setenv("PIP_NO_INDEX", "1")
        coming = place.with_suffix(".coming")
        project = fill(coming / "project")
        (project / "outputs" / "m.bin").write_bytes(b"a seed")
        with open_database(f"sqlite:///{coming / 'data' / 'facewright.db'}") as database:
            models = Models(database, ModelFiles(coming / "data" / "store"))
            manifests = Manifests(database, models, coming / "data" / "wheels")
            manifests.create(order_of(project, "seed"), lambda line: None, lambda line: None)
        coming.rename(place)
    return place


@pytest.fixture(autouse=True)
def _index(index: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "real" not in request.path.stem:
        monkeypatch.setenv("PIP_FIND_LINKS", str(index))
        monkeypatch.setenv("PIP_NO_INDEX", "1")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with a script, a schema and a model."""
    return fill(tmp_path / "project")


@pytest.fixture
def data(tmp_path: Path, seed: Path) -> Path:
    """Return the data folder."""
    return shutil.copytree(seed / "data", tmp_path / "data")


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    """Return a database with nothing but the seed."""
    with open_database(f"sqlite:///{data / 'facewright.db'}") as database:
        yield database


@pytest.fixture
def models(database: Database, data: Path) -> Models:
    """Return a collection with nothing but the seed."""
    return Models(database, ModelFiles(data / "store"))


@pytest.fixture
def images(database: Database, models: Models, data: Path) -> Images:
    """Return an empty collection."""
    return Images(database, models, data)


@pytest.fixture
def manifest(database: Database, models: Models, project: Path, data: Path) -> Callable[[], str]:
    """Return a function that makes a manifest of the project as it is now."""
    manifests = Manifests(database, models, data / "wheels")
    quiet: Callable[[str], None] = lambda line: None  # noqa: E731
    return lambda: manifests.create(order_of(project, "doors"), quiet, quiet).id


@pytest.fixture
def create(images: Images, manifest: Callable[[], str]) -> Callable[..., ImageRecord]:
    """Return a function that makes an image, of a new manifest unless one is named.

    Without compiled code unless a test asks for it, since compiling takes longest.
    """

    def made(**changes: object) -> ImageRecord:
        named = str(changes.pop("manifest_id", None) or manifest())
        order = ImageOrder("doors", named, compiled=False)
        return images.create(replace(order, **changes))  # type: ignore[arg-type]

    return made
