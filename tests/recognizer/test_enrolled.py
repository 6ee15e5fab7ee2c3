"""People added to a model without training are recognised, and gone when they are removed."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from facewright.faces.photo import decode_photo
from facewright.gallery.contract_id import contract_id, gallery_folder
from facewright.gallery.gallery import Gallery
from facewright.recognizer.recognizer import Recognizer
from facewright.training.people import draw_photo, member
from facewright.training.train import TrainingResult
from facewright.wire.scoring import Recognition


@pytest.fixture
def model(trained: TrainingResult, tmp_path: Path) -> Path:
    return Path(shutil.copy(trained.files["my_model.onnx"], tmp_path))


@pytest.fixture
def gallery(model: Path, trained: TrainingResult) -> Gallery:
    contract = trained.contract
    identity = contract_id(
        contract.embedder.model_dump(), contract.chip.model_dump(), contract.training_run
    )
    return Gallery.open(gallery_folder(model), identity, contract.embedder.dimension)


def _vectors(
    recognizer: Recognizer, name: str, numbers: range
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    return np.stack([recognizer.embed(draw_photo(member(name), n))[0].vector for n in numbers])


def _answer(recognizer: Recognizer, name: str, number: int) -> Recognition:
    return recognizer.recognize(draw_photo(member(name), number))


def test_an_enrolled_stranger_is_recognised_at_once_and_forgotten_at_once(
    model: Path, gallery: Gallery
) -> None:
    recognizer = Recognizer.load(model)
    assert _answer(recognizer, "thea", 9).unknown
    vectors = _vectors(recognizer, "thea", range(6))
    gallery.add("thea", vectors, [f"sha256:{n:064x}" for n in range(6)])
    answer = _answer(recognizer, "thea", 9)
    assert (answer.name, answer.index, answer.unknown) == ("thea", "-1", False)
    assert answer.probability is not None
    assert answer.probability >= 0.5
    gallery.remove("thea")
    assert _answer(recognizer, "thea", 9).unknown


def test_the_trained_people_and_other_strangers_stay_as_they_were(
    model: Path, gallery: Gallery, population: Path
) -> None:
    recognizer = Recognizer.load(model)
    vectors = _vectors(recognizer, "thea", range(6))
    gallery.add("thea", vectors, [f"sha256:{n:064x}" for n in range(6)])
    for path in sorted((population / "probes").rglob("*.jpg")):
        assert recognizer.recognize(decode_photo(path.read_bytes())).name == path.parent.name


def test_this_is_not_that_person(model: Path, gallery: Gallery) -> None:
    recognizer = Recognizer.load(model)
    assert _answer(recognizer, "ada", 21).name == "ada"
    lookalike = _vectors(recognizer, "ada", range(21, 22))
    gallery.add_negatives("ada", lookalike, create=True)
    assert _answer(recognizer, "ada", 21).unknown
