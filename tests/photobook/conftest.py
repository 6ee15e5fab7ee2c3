"""A folder of drawn people into which every fault was put on purpose."""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from facewright.embedders.catalogue import load_embedder
from facewright.embedders.embedder import Embedder
from facewright.photobook.check import check_photos
from facewright.photobook.folder import list_folder
from facewright.photobook.report import Report
from facewright.photobook.survey import DetectorChoice
from facewright.training.people import draw_photo, member, photo_bytes
from facewright.training.reporter import SilentReporter


@pytest.fixture(scope="session")
def embedder(shared_cache: Path) -> Embedder:
    return load_embedder("dlib-resnet-v1", weights=None, cache=shared_cache)


@pytest.fixture(scope="session")
def clean(population: Path, embedder: Embedder) -> Report:
    """Return the report on a folder with nothing wrong in it."""
    return _check(population / "train", embedder)


@pytest.fixture(scope="session")
def spoiled_folder(population: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same folder with faults; each file is named after its fault."""
    folder = tmp_path_factory.mktemp("spoiled") / "train"
    shutil.copytree(population / "train", folder)
    _copies(folder)
    _people(folder)
    _bad_photos(folder)
    _files(folder)
    return folder


@pytest.fixture(scope="session")
def spoiled(spoiled_folder: Path, embedder: Embedder) -> Report:
    return _check(spoiled_folder, embedder)


def _check(folder: Path, embedder: Embedder) -> Report:
    return check_photos(
        list_folder(folder), embedder, DetectorChoice("hog"), SilentReporter(), workers=1
    )


def _copies(folder: Path) -> None:
    first, second, third = sorted((folder / "ada").iterdir())[:3]
    shutil.copy(first, folder / "ada" / "same-bytes.jpg")
    shutil.copy(second, folder / "bruno" / "same-bytes-as-ada.jpg")
    photo = Image.open(third)
    small = photo.resize((photo.width * 7 // 10, photo.height * 7 // 10))
    small.save(folder / "ada" / "smaller.jpg", quality=60)
    photo = Image.open(sorted((folder / "clara").iterdir())[0])
    width, height = photo.size
    cut = photo.crop((width // 12, height // 12, width - width // 14, height - height // 16))
    cut.save(folder / "clara" / "cut.png")


def _people(folder: Path) -> None:
    (folder / "bruno" / "really-clara.jpg").write_bytes(photo_bytes(member("clara"), 30))
    (folder / "unknown" / "really-ada.jpg").write_bytes(photo_bytes(member("ada"), 34))
    for person, name, numbers in (("bruno", "bruno b", range(40, 45)), ("wim", "wim", range(3))):
        (folder / name).mkdir()
        for number in numbers:
            path = folder / name / f"{number}.jpg"
            path.write_bytes(photo_bytes(member(person), number))
    (folder / "empty").mkdir()


def _bad_photos(folder: Path) -> None:
    ada = Image.fromarray(draw_photo(member("ada"), 50))
    blurred = ada.filter(ImageFilter.GaussianBlur(ada.width * 0.013))
    blurred.save(folder / "ada" / "blurred.png")
    ada = Image.fromarray(draw_photo(member("ada"), 51))
    ada.point([value // 5 for value in range(256)] * 3).save(folder / "ada" / "dark.png")
    ada = Image.fromarray(draw_photo(member("ada"), 52))
    bright = ada.point([min(255, value * 3 + 40) for value in range(256)] * 3)
    bright.save(folder / "ada" / "bright.png")
    ada = Image.fromarray(draw_photo(member("ada"), 53))
    wide = Image.new("RGB", (640, 480), (90, 120, 90))
    wide.paste(ada.resize((ada.width * 80 // ada.height, 80)), (300, 200))
    wide.save(folder / "ada" / "tiny.png")
    both = [Image.fromarray(draw_photo(member(name), 54)) for name in ("clara", "greta")]
    group = Image.new("RGB", (sum(each.width for each in both), max(each.height for each in both)))
    group.paste(both[0], (0, 0))
    group.paste(both[1], (both[0].width, 0))
    group.save(folder / "clara" / "group.png")


def _files(folder: Path) -> None:
    whole = photo_bytes(member("clara"), 55)
    (folder / "clara" / "broken.jpg").write_bytes(whole[: len(whole) // 2])
    waves = np.random.default_rng(3).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(waves).resize((320, 240)).save(stream, "JPEG")
    (folder / "clara" / "landscape.jpg").write_bytes(stream.getvalue())
    (folder / "clara" / "phone.heic").write_bytes(b"....ftypheic")
