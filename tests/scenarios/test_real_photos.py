"""Accuracy on real photos, tested like any other behaviour."""

from pathlib import Path

import pytest

from facewright.errors import NoFaceFound
from facewright.faces.photo import decode_photo
from facewright.recognizer.recognizer import Recognizer
from facewright.training.train import Folders, TrainingResult, train

pytestmark = pytest.mark.shared_faces


@pytest.fixture
def run(shared_folder: Path, shared_cache: Path, tmp_path: Path) -> TrainingResult:
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
    run: TrainingResult, shared_folder: Path
) -> None:
    assert run.evaluation is not None
    assert run.evaluation.accuracy >= 0.95
    recognizer = Recognizer.load(run.files["my_model.onnx"])
    blair = _names(recognizer, shared_folder / "faces/six/probes/blair")
    assert len(blair) == 20
    assert blair.count("blair") >= 19
    strangers = _names(recognizer, shared_folder / "faces/six/probes/unknown")
    assert len(strangers) == 100
    assert strangers.count("unknown") >= 99
