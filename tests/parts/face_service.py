"""A service of a trained model in a thread of the test's own process, with the face routes."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from PIL import Image
from serving_process import write_script

from facewright.scoring import load_schema, load_script
from facewright.serving.app import Surroundings, create_app
from facewright.serving.limits import Limits
from facewright.serving.thread import serving_in_thread
from facewright.training.people import draw_photo, member

_SCRIPT = """
from facewright.recognizer.recognizer import Recognizer

def init():
    global recognizer
    recognizer = Recognizer.load({model!r})

def run(input_bytes):
    return recognizer.answer(input_bytes)
"""


def write_face_script(model: Path, folder: Path) -> Path:
    """Write the scoring script of a copy of a model, with a gallery of its own, and its schema."""
    own = folder / model.name
    own.write_bytes(model.read_bytes())
    return write_script(folder, _SCRIPT.format(model=str(own)))


@contextmanager
def face_service(
    model: Path,
    folder: Path,
    limits: Limits | None = None,
    surroundings: Surroundings | None = None,
) -> Iterator[str]:
    """Serve a model while the block runs, and yield the base address.

    Args:
        model: The model's file.
        folder: Where the script and the gallery are put.
        limits: How much the server takes on.
        surroundings: Keys and the like.
    """
    script = load_script(write_face_script(model, folder))
    script.init()
    schema = load_schema(folder / "outputs" / "schema.json")
    limits = limits or Limits()
    app = create_app(script, schema, name="faces", limits=limits, surroundings=surroundings)
    with serving_in_thread(app) as url:
        yield url


@cache
def drawn_photo(name: str, number: int = 20, kind: str = "JPEG") -> bytes:
    """Return a photo of a drawn person, as a file."""
    file = io.BytesIO()
    Image.fromarray(draw_photo(member(name), number)).save(file, kind, quality=92)
    return file.getvalue()
