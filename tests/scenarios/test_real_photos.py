"""Accuracy on real photos, tested like any other behaviour."""

from pathlib import Path

import pytest

from facewright.errors import NoFaceFound
from facewright.faces.photo import decode_photo
from facewright.recognizer.recognizer import Recognizer
from facewright.training.train import Folders, TrainingResult, train

pytestmark = pytest.mark.shared_faces


@pytest.fixture
def six(shared_folder: Path, shared_cache: Path, tmp_path: Path) -> TrainingResult:
    return train(Folders(shared_folder / "faces/six/train", tmp_path, shared_cache))


def _names(recognizer: Recognizer, folder: Path) -> list[str | None]:
    names: list[str | None] = []
    for path in sorted(folder.iterdir()):
        try:
            names.append(recognizer.recognize(decode_photo(path.read_bytes())).name)
        except NoFaceFound:
            names.append(None)
    return names


def test_six_labels_are_learned_and_strangers_stay_unknown(
    six: TrainingResult, shared_folder: Path
) -> None:
    assert six.evaluation is not None
    assert six.evaluation.accuracy >= 0.95
    recognizer = Recognizer.load(six.files["my_model.onnx"])
    blair = _names(recognizer, shared_folder / "faces/six/probes/blair")
    assert len(blair) == 20
    assert blair.count("blair") >= 19
    strangers = _names(recognizer, shared_folder / "faces/six/probes/unknown")
    assert len(strangers) == 100
    assert strangers.count("unknown") >= 99


# These are in both folders, so they are no strangers.
_SHARED_NAMES = ("Affleck", "Elton", "Seinfeld", "Madonna", "Kaling")


def test_without_a_folder_unknown_one_stranger_in_a_hundred_is_named_at_most(
    shared_folder: Path, shared_cache: Path, tmp_path: Path
) -> None:
    photos = shared_folder / "faces/celebrity5"
    result = train(Folders(photos / "train", tmp_path, shared_cache))
    recognizer = Recognizer.load(result.files["my_model.onnx"])
    right = sum(
        _names(recognizer, person).count(person.name) for person in (photos / "val").iterdir()
    )
    assert right >= 24
    people = sorted((shared_folder / "faces/lfw-view1/images").iterdir())
    strangers = [p for p in people if not any(name in p.name for name in _SHARED_NAMES)][::15][:200]
    answers = [_names(recognizer, person)[0] for person in strangers]
    assert len(answers) == 200
    assert sum(name not in ("unknown", None) for name in answers) <= 2
