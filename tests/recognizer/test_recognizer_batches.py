"""Several photos at once: the same answers as one by one, and a bad photo fails no other."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.embedders.onnx_network import BATCHES, spans
from facewright.embedders.onnx_network import OnnxNetwork as Graph
from facewright.errors import FacewrightError, PhotoUnreadable
from facewright.faces.face import Pixels
from facewright.recognizer import onnx_file
from facewright.recognizer.answer import Answer
from facewright.recognizer.look import Sight, Wish
from facewright.recognizer.network import load_network
from facewright.recognizer.onnx_file import OnnxNetwork
from facewright.recognizer.recognizer import Recognizer
from facewright.recognizer.threads import threads_for_networks
from facewright.training.train import TrainingResult


@pytest.fixture(scope="module", params=["onnx", "h5"])
def recognizer(trained: TrainingResult, request: pytest.FixtureRequest) -> Recognizer:
    return Recognizer.load(trained.files[f"my_model.{request.param}"])


@pytest.fixture(scope="module")
def photos(population: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((population / "probes").rglob("*.jpg"))]


def _answer(answer: Answer | FacewrightError) -> Answer:
    assert isinstance(answer, Answer), answer
    return answer


def test_a_batch_answers_as_its_photos_alone(recognizer: Recognizer, photos: list[bytes]) -> None:
    together = [_answer(answer) for answer in recognizer.recognize_many(photos)]
    alone = [_answer(recognizer.recognize_many([photo])[0]) for photo in photos]
    for one, other in zip(together, alone, strict=True):
        assert (one.width, one.height, len(one.faces)) == (
            other.width,
            other.height,
            len(other.faces),
        )
        for face, same in zip(one.faces, other.faces, strict=True):
            assert face.seen.face == same.seen.face
            assert face.decision.name == same.decision.name
            assert face.decision.probability == pytest.approx(same.decision.probability, abs=1e-4)
            assert np.abs(face.vector - same.vector).max() < 1e-5


def test_a_batch_answers_as_recognize_does(recognizer: Recognizer, photos: list[bytes]) -> None:
    from facewright.faces.photo import decode_photo

    for photo, answer in zip(photos, recognizer.recognize_many(photos), strict=True):
        other = recognizer.recognize(decode_photo(photo))
        face = _answer(answer).faces[0]
        assert face.decision.name == other.name
        assert face.decision.similarity == pytest.approx(other.similarity, abs=1e-5)


def test_bad_photos_and_empty_ones_fail_no_other(
    recognizer: Recognizer, one_face: Path, noise: Pixels, encode: Callable[..., bytes]
) -> None:
    good = one_face.read_bytes()
    first, bad, empty, last = recognizer.recognize_many([good, b"no photo", encode(noise), good])
    assert isinstance(bad, PhotoUnreadable)
    assert _answer(empty).faces == ()
    assert [face.decision.name for face in _answer(first).faces] == ["ada"]
    one, other = (_answer(answer).faces[0].decision for answer in (first, last))
    # Where in a batch a chip lies changes the last digits of what Keras computes.
    assert one.name == other.name
    assert one.probability == pytest.approx(other.probability, abs=1e-6)
    assert recognizer.recognize_many([]) == []


def test_every_stage_is_timed(recognizer: Recognizer, one_face: Path) -> None:
    [answer] = recognizer.recognize_many([one_face.read_bytes()])
    seconds = _answer(answer).timings.seconds
    assert list(seconds) == ["decode", "detect", "align", "embed", "classify"]
    assert all(value >= 0 for value in seconds.values())


def test_each_photo_has_wishes_of_its_own(recognizer: Recognizer, one_face: Path) -> None:
    photo = one_face.read_bytes()
    plain, measured = recognizer.look_many([photo, photo], [Wish(), Wish(quality=True)])
    assert isinstance(plain, Sight)
    assert isinstance(measured, Sight)
    assert plain.faces[0].quality is None
    assert measured.faces[0].quality is not None


def test_the_margin_is_the_distance_to_the_runner_up(
    recognizer: Recognizer, one_face: Path
) -> None:
    [answer] = recognizer.recognize_many([one_face.read_bytes()])
    face = _answer(answer).faces[0]
    similarities = np.sort(recognizer.contract.rule().centroids @ face.vector)
    assert face.margin == pytest.approx(similarities[-1] - similarities[-2], abs=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9, 17, 31, 32, 33, 40, 64, 70])
def test_batches_have_a_few_sizes_and_leave_nothing_out(count: int) -> None:
    found = list(spans(count))
    assert {end - start for start, end in found} <= set(BATCHES)
    assert [row for start, end in found for row in range(start, end)] == list(range(count))


def test_no_rows_are_no_batch() -> None:
    assert list(spans(0)) == []


def test_the_size_of_its_batch_changes_no_row(trained: TrainingResult, photos: list[bytes]) -> None:
    network = OnnxNetwork(trained.files["my_model.onnx"])
    recognizer = Recognizer.load(trained.files["my_model.onnx"])
    sights = recognizer.look_many(photos)
    chips = np.stack(
        [face.chip for sight in sights if isinstance(sight, Sight) for face in sight.faces]
    )
    whole = network.run(chips[:5])
    for row in range(5):
        alone = network.run(chips[row : row + 1])
        for one, other in zip(whole, alone, strict=True):
            assert one[row].shape == other[0].shape
            assert np.abs(one[row] - other[0]).max() < 1e-5


def test_a_server_decides_the_threads(
    trained: TrainingResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def watched(data: bytes, name: str, threads: int) -> Graph:
        seen.append(threads)
        return Graph(data, name, threads)

    monkeypatch.setattr(onnx_file, "Graph", watched)
    with threads_for_networks(2):
        load_network(trained.files["my_model.onnx"])
    load_network(trained.files["my_model.onnx"])
    assert seen == [2, 1]


def test_a_large_jpeg_gives_the_same_face_from_fewer_pixels(
    recognizer: Recognizer, one_face: Path
) -> None:
    plain = Image.open(one_face)
    file = io.BytesIO()
    plain.resize((plain.width * 9, plain.height * 9), Image.Resampling.BICUBIC).save(
        file, "JPEG", quality=90
    )
    large, small = recognizer.recognize_many([file.getvalue(), one_face.read_bytes()])
    [face], [same] = _answer(large).faces, _answer(small).faces
    assert face.decision.name == same.decision.name
    assert float(face.vector @ same.vector) > 0.97
    ratio = face.seen.face.box.width / same.seen.face.box.width
    assert ratio == pytest.approx(9, rel=0.2)


def test_a_model_of_before_the_first_look_keeps_its_detector(
    trained: TrainingResult, tmp_path: Path
) -> None:
    import onnx

    path = Path(shutil.copy(trained.files["my_model.onnx"], tmp_path))
    former = {"longer_side": 800, "closer_side": 1600}
    detector = trained.contract.detector.model_copy(update={"settings": former})
    contract = trained.contract.model_copy(update={"detector": detector})
    network = onnx.load(str(path))
    for entry in network.metadata_props:
        if entry.key == "facewright_contract":
            entry.value = contract.model_dump_json()
    onnx.save(network, str(path))
    recognizer = Recognizer.load(path)
    assert recognizer._detector.settings == {"first_side": 0, "portrait": 0.2, **former}
