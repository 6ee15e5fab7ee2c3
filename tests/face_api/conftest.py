"""A service of a trained model, in the test's own process."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette

from facewright.gallery.contract_id import gallery_folder
from facewright.scoring import load_script
from facewright.serving.app import create_app
from facewright.serving.limits import Limits
from facewright.serving.thread import serving_in_thread
from facewright.training.people import draw_photo, member
from facewright.training.train import TrainingResult


def app_of(model: Path, limits: Limits | None = None) -> Starlette:
    """Return the application of a scoring script whose model is this file."""
    script = load_script(_script(model))
    script.init()
    return create_app(script, name="faces", limits=limits or Limits())


def _script(model: Path) -> Path:
    path = model.with_name("score.py")
    path.write_text(
        "from facewright.recognizer.recognizer import Recognizer\n"
        "def init():\n"
        "    global recognizer\n"
        f"    recognizer = Recognizer.load({str(model)!r})\n"
        "def run(input_bytes):\n"
        "    return recognizer.answer(input_bytes)\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="session", name="app_of")
def _app_of() -> Callable[..., Starlette]:
    return app_of


@pytest.fixture(scope="session")
def model(trained: TrainingResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model file of these tests' own; `service` keeps its gallery empty."""
    return Path(shutil.copy(trained.files["my_model.onnx"], tmp_path_factory.mktemp("faces")))


@pytest.fixture(scope="session")
def started(model: Path) -> Iterator[httpx.Client]:
    """Return a client of a service of that model, a real one on a port of its own."""
    with (
        serving_in_thread(app_of(model)) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=120) as client,
    ):
        yield client


@pytest.fixture
def service(started: httpx.Client, model: Path) -> Iterator[httpx.Client]:
    """Return the client; whoever a test enrols is gone after it."""
    yield started
    shutil.rmtree(gallery_folder(model), ignore_errors=True)


@pytest.fixture(scope="session")
def photo_of() -> Callable[[str, int], bytes]:
    """Return a function that draws a person and returns the photo's JPEG file."""

    @cache
    def drawn(name: str, number: int) -> bytes:
        file = BytesIO()
        Image.fromarray(draw_photo(member(name), number)).save(file, "JPEG", quality=92)
        return file.getvalue()

    return drawn


@pytest.fixture(scope="session")
def group_photo(photo_of: Callable[[str, int], bytes]) -> bytes:
    """Return a photo of Ada and Bruno side by side."""
    pictures = [Image.open(BytesIO(photo_of(name, 20))) for name in ("ada", "bruno")]
    height = min(picture.height for picture in pictures)
    scene = Image.new("RGB", (sum(picture.width for picture in pictures), height))
    left = 0
    for picture in pictures:
        scene.paste(picture, (left, 0))
        left += picture.width
    file = BytesIO()
    scene.save(file, "JPEG", quality=92)
    return file.getvalue()
