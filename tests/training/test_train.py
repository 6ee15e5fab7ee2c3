"""A training run as a whole, on drawn people."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from facewright.embedders.embedder import ChipFormat
from facewright.errors import TrainingError, WeightsError
from facewright.faces.detector import load_detector
from facewright.faces.face import Pixels
from facewright.faces.photo import decode_photo
from facewright.recognizer.network import load_network
from facewright.recognizer.recognizer import Recognizer
from facewright.training.examine import Examiner
from facewright.training.recipe import Recipe
from facewright.training.train import Folders, TrainingResult, train

STUB = Recipe(embedder="stub", epochs=2)


class Heard:
    """A reporter that keeps what it hears."""

    def __init__(self) -> None:
        self.metrics: list[tuple[str, float, int | None]] = []

    def say(self, text: str) -> None:
        pass

    def track(self, items: Any, label: str, total: int) -> Any:
        return items

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        self.metrics.append((name, value, step))


def _chips(folder: Path) -> list[Pixels]:
    examiner = Examiner(load_detector("hog"), ChipFormat(150, "dlib", ""))
    return [examiner.cut(path.read_bytes()) for path in sorted(folder.rglob("*.jpg"))]


def test_held_out_people_are_named(trained: TrainingResult) -> None:
    assert trained.evaluation is not None
    assert trained.evaluation.accuracy >= 0.95
    assert trained.evaluation.labels == ("ada", "bruno", "clara", "unknown")


def test_new_photos_are_named_and_a_stranger_is_unknown(
    trained: TrainingResult, population: Path
) -> None:
    recognizer = Recognizer.load(trained.files["my_model.onnx"])
    for path in sorted((population / "probes").rglob("*.jpg")):
        answer = recognizer.recognize(decode_photo(path.read_bytes()))
        assert answer.name == path.parent.name, path


def test_both_model_files_agree_on_every_chip(trained: TrainingResult, population: Path) -> None:
    onnx, keras = (load_network(trained.files[f"my_model.{kind}"]) for kind in ("onnx", "h5"))
    chips = np.stack(_chips(population))
    for ours, theirs in zip(onnx.run(chips), keras.run(chips), strict=True):
        assert np.abs(ours - theirs).max() < 1e-4
    assert onnx.contract == keras.contract


def test_the_keras_file_opens_with_keras_alone(trained: TrainingResult) -> None:
    import keras

    model = keras.models.load_model(trained.files["my_model.h5"], compile=False)
    probabilities, embedding = model.predict(np.zeros((2, 150, 150, 3), np.uint8), verbose=0)
    assert probabilities.shape == (2, 4)
    assert np.allclose(np.linalg.norm(embedding, axis=1), 1, atol=1e-5)


def test_the_contract_is_whole_in_both_files(trained: TrainingResult) -> None:
    contract = load_network(trained.files["my_model.onnx"]).contract
    with h5py.File(trained.files["my_model.h5"]) as file:
        assert json.loads(file.attrs["facewright_contract"]) == contract.model_dump(mode="json")
    assert contract.labels == ("ada", "bruno", "clara", "unknown")
    assert contract.detector.name == "hog"
    assert contract.embedder.name == "dlib-resnet-v1"
    assert contract.chip.model_dump(exclude={"normalisation"}) == {
        "size": 150,
        "alignment": "dlib",
        "colour": "RGB",
    }
    assert contract.training_run.startswith("train_")


def test_the_label_file_and_the_report_are_written(trained: TrainingResult) -> None:
    names = json.loads(trained.files["number_to_text_label.json"].read_text())
    assert names == {"0": "ada", "1": "bruno", "2": "clara", "3": "unknown"}
    report = json.loads(trained.files["training.json"].read_text())
    assert report["held_out"]["accuracy"] == trained.evaluation.accuracy  # type: ignore[union-attr]
    assert all(name.count("/") == 1 for name in report["held_out"]["files"])
    assert trained.files["confusion_matrix.png"].read_bytes().startswith(b"\x89PNG")


def test_a_second_run_embeds_nothing_and_makes_the_same_model(
    trained: TrainingResult, population: Path, shared_cache: Path, tmp_path: Path
) -> None:
    again = train(Folders(population / "train", tmp_path, shared_cache), Recipe())
    assert again.fresh == 0
    first, second = (run.contract.model_dump(exclude={"training_run"}) for run in (trained, again))
    assert first == second
    chips = np.random.default_rng(0).integers(0, 255, (3, 150, 150, 3), dtype=np.uint8)
    for kind in ("onnx", "h5"):
        ours, theirs = (
            load_network(run.files[f"my_model.{kind}"]).run(chips) for run in (trained, again)
        )
        assert all(np.array_equal(*pair) for pair in zip(ours, theirs, strict=True)), kind


def test_photos_that_cannot_be_used_are_listed_with_the_reason(
    population: Path, tmp_path: Path, noise: Pixels, encode: Any
) -> None:
    images = tmp_path / "images"
    shutil.copytree(population / "train", images)
    (images / "ada" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    (images / "ada" / "noise.png").write_bytes(encode(noise))
    first = sorted((population / "train" / "ada").iterdir())[0].name
    shutil.copy(images / "ada" / first, images / "ada" / "0 copy.jpg")
    result = train(Folders(images, tmp_path / "outputs", tmp_path / "cache"), STUB)
    reasons = {entry.photo.path.name: entry.reason for entry in result.skipped}
    assert reasons == {
        first: "the same photo as 0 copy.jpg",
        "broken.jpg": "the photo is damaged: it begins as JPEG, but its header cannot be read",
        "noise.png": "no face found by the detector hog",
    }


def test_a_person_without_a_usable_photo_stops_the_run_and_nothing_is_written(
    population: Path, tmp_path: Path, noise: Pixels, encode: Any
) -> None:
    images = tmp_path / "images"
    shutil.copytree(population / "train", images)
    (images / "zoe").mkdir()
    (images / "zoe" / "1.png").write_bytes(encode(noise))
    with pytest.raises(TrainingError) as caught:
        train(Folders(images, tmp_path / "outputs", tmp_path / "cache"), STUB)
    assert caught.value.message == (
        "no usable photo of 'zoe': a face was found in none of 1 photos"
    )
    assert not (tmp_path / "outputs").exists()


def test_without_a_folder_unknown_a_stranger_is_still_unknown(
    population: Path, tmp_path: Path, shared_cache: Path
) -> None:
    images = tmp_path / "images"
    shutil.copytree(population / "train", images, ignore=shutil.ignore_patterns("unknown"))
    result = train(Folders(images, tmp_path / "outputs", shared_cache), Recipe())
    recognizer = Recognizer.load(result.files["my_model.onnx"])
    answers = [
        (path.parent.name, recognizer.recognize(decode_photo(path.read_bytes())))
        for path in sorted((population / "probes").rglob("*.jpg"))
    ]
    # Without real strangers the threshold is cautious: a face may be unknown, but never another's.
    assert all(answer.name in (name, "unknown") for name, answer in answers)
    assert sum(answer.name == name for name, answer in answers if name != "unknown") >= 1
    assert {answer.index for name, answer in answers if name == "unknown"} == {"-1"}


def test_fine_tuning_changes_the_embedder_and_both_files_still_agree(
    population: Path, tmp_path: Path, shared_cache: Path, trained: TrainingResult
) -> None:
    recipe = Recipe(fine_tune=1, epochs=1)
    result = train(Folders(population / "train", tmp_path, shared_cache), recipe)
    chips = np.stack(_chips(population / "probes"))
    onnx, keras = (load_network(result.files[f"my_model.{kind}"]) for kind in ("onnx", "h5"))
    tuned, same = onnx.run(chips), keras.run(chips)
    assert all(np.abs(a - b).max() < 1e-4 for a, b in zip(tuned, same, strict=True))
    before = load_network(trained.files["my_model.onnx"]).run(chips)
    assert np.abs(tuned[1] - before[1]).max() > 1e-4
    assert result.contract.embedder.fine_tuned_blocks == 1


def test_more_blocks_than_there_are_cannot_be_tuned(
    population: Path, tmp_path: Path, shared_cache: Path
) -> None:
    folders = Folders(population / "train", tmp_path, shared_cache)
    with pytest.raises(TrainingError) as caught:
        train(folders, replace(STUB, fine_tune=99))
    assert caught.value.message == "too many blocks to fine-tune: stub has 1, received 99"


def test_an_unknown_embedder_is_refused_before_photos_are_read(
    population: Path, tmp_path: Path
) -> None:
    folders = Folders(population / "train", tmp_path / "outputs", tmp_path / "cache")
    with pytest.raises(WeightsError, match="received 'dlip'"):
        train(folders, Recipe(embedder="dlip"))
    assert not (tmp_path / "cache" / "embeddings.sqlite").exists()


def test_the_reporter_hears_the_series_and_the_result(
    population: Path, tmp_path: Path, shared_cache: Path
) -> None:
    heard = Heard()
    train(Folders(population / "train", tmp_path, shared_cache), STUB, reporter=heard)
    losses = [step for name, _, step in heard.metrics if name == "training_loss"]
    assert losses == [1, 2]
    numbers = {name: value for name, value, step in heard.metrics if step is None}
    assert {"held_out_accuracy", "held_out_photos", "threshold", "seconds_learning"} <= set(numbers)
    assert numbers["stranger_rate_allowed"] == STUB.false_positive_rate
    low, high = numbers["stranger_rate_low"], numbers["stranger_rate_high"]
    assert 0 <= low <= numbers["stranger_rate"] + 1e-9 <= high + 1e-9 <= 1 + 1e-9
