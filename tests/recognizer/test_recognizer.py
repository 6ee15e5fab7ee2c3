"""Answering requests: photos, arrays, cut-out faces, and what is none of them."""

import base64
import io
import json
import pickle
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from facewright.errors import (
    HostilePickle,
    InputError,
    ModelFileError,
    NoFaceFound,
    UnsafeModelFile,
)
from facewright.faces.face import Pixels
from facewright.faces.photo import decode_photo
from facewright.recognizer.recognizer import Recognizer
from facewright.training.train import TrainingResult


@pytest.fixture(scope="module", params=["onnx", "h5"])
def recognizer(trained: TrainingResult, request: pytest.FixtureRequest) -> Recognizer:
    return Recognizer.load(trained.files[f"my_model.{request.param}"])


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _cut_out_as_the_original_did(photo: Pixels) -> Any:
    """Return what the original project's client sends: float [1, 3, 96, 96], BGR, 0–1.

    None stands for a photo in which the cascade finds no face, which such a client never sends.
    """
    bgr = cv2.cvtColor(photo, cv2.COLOR_RGB2BGR)
    folder = cv2.data.haarcascades  # type: ignore[attr-defined]
    cascade = cv2.CascadeClassifier(f"{folder}haarcascade_frontalface_default.xml")
    boxes = cascade.detectMultiScale(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), 1.3, 5)
    if len(boxes) == 0:
        return None
    left, top, width, height = boxes[0]
    face = cv2.resize(bgr[top : top + height, left : left + width], (96, 96))
    return np.around(np.transpose(face, (2, 0, 1)) / 255.0, decimals=12)[None]


def test_a_photo_is_answered_with_everything(recognizer: Recognizer, one_face: Path) -> None:
    answer = json.loads(recognizer.answer(_base64(one_face.read_bytes())))
    assert {key: answer[key] for key in ("index", "name", "unknown")} == {
        "index": "0",
        "name": "ada",
        "unknown": False,
    }
    assert 0.5 < answer["probability"] <= 1
    [face] = answer["faces"]
    assert face["name"] == "ada"
    assert set(face["box"]) == {"left", "top", "right", "bottom"}
    assert len(face["landmarks"]) == 5


def test_an_array_of_pixels_is_a_photo_too(recognizer: Recognizer, one_face: Path) -> None:
    file = io.BytesIO()
    np.save(file, decode_photo(one_face.read_bytes()))
    answer = json.loads(recognizer.answer(_base64(file.getvalue())))
    assert answer["name"] == "ada"
    assert len(answer["faces"]) == 1


@pytest.mark.parametrize("protocol", [0, 2, 3, 4])
def test_faces_cut_out_by_the_originals_client_are_recognised(
    recognizer: Recognizer, population: Path, protocol: int
) -> None:
    sent = 0
    for path in sorted((population / "probes").rglob("*.jpg")):
        array = _cut_out_as_the_original_did(decode_photo(path.read_bytes()))
        if array is not None:
            answer = json.loads(recognizer.answer(_base64(pickle.dumps(array, protocol))))
            assert answer["name"] == path.parent.name, path
            assert answer["faces"] == []
            sent += 1
    assert sent >= 5


def test_every_face_of_a_group_is_named(recognizer: Recognizer, population: Path) -> None:
    names = ("ada", "bruno", "clara")
    photos = [
        decode_photo(sorted((population / "probes" / n).iterdir())[0].read_bytes()) for n in names
    ]
    height = min(photo.shape[0] for photo in photos)
    answer = recognizer.recognize(np.hstack([photo[:height] for photo in photos]))
    by_place = sorted(answer.faces, key=lambda face: face.box.left)
    assert [face.name for face in by_place] == list(names)
    largest = max(
        answer.faces,
        key=lambda face: (face.box.right - face.box.left) * (face.box.bottom - face.box.top),
    )
    assert answer.name == largest.name


def test_a_photo_without_a_face_is_an_error_not_a_stranger(
    recognizer: Recognizer, noise: Pixels
) -> None:
    with pytest.raises(NoFaceFound) as caught:
        recognizer.recognize(noise)
    assert caught.value.message == (
        "no face was found in the photo of 320 x 240 pixels by the detector hog"
    )
    assert caught.value.hint == (
        "send a photo in which a face looks at the camera, 40 pixels or larger"
    )


def test_a_hostile_pickle_is_refused(recognizer: Recognizer) -> None:
    with pytest.raises(HostilePickle) as caught:
        recognizer.answer(_base64(b"cos\nsystem\n(S'true'\ntR."))
    assert "os.system" in caught.value.message


def test_another_array_is_refused(recognizer: Recognizer) -> None:
    file = io.BytesIO()
    np.save(file, np.zeros((5, 5)))
    with pytest.raises(InputError, match="input_bytes holds an array of another kind"):
        recognizer.answer(_base64(file.getvalue()))


def test_a_missing_model_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as caught:
        Recognizer.load(tmp_path / "my_model.onnx")
    assert caught.value.message == f"no such model file: {tmp_path / 'my_model.onnx'}"
    assert caught.value.hint == "train first: `facewright train`, or `train.py`"


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").touch()
    with pytest.raises(ModelFileError) as caught:
        Recognizer.load(tmp_path / "model.pkl")
    assert caught.value.message == "not a model file: expected .onnx or .h5, received model.pkl"


@pytest.mark.parametrize("kind", ["onnx", "h5"])
def test_a_damaged_model_file_is_refused(
    trained: TrainingResult, tmp_path: Path, kind: str
) -> None:
    whole = trained.files[f"my_model.{kind}"].read_bytes()
    for name, data in [("half", whole[: len(whole) // 2]), ("empty", b""), ("text", b"hello")]:
        path = tmp_path / f"{name}.{kind}"
        path.write_bytes(data)
        with pytest.raises(ModelFileError):
            Recognizer.load(path)


def test_a_network_without_a_contract_is_refused(tmp_path: Path) -> None:
    import keras

    path = tmp_path / "plain.h5"
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(path)
    with pytest.raises(ModelFileError) as caught:
        Recognizer.load(path)
    assert caught.value.message == (
        "plain.h5 is not a Facewright model: it holds no recognition contract"
    )


def test_a_keras_file_with_a_lambda_layer_is_refused_by_name(
    trained: TrainingResult, tmp_path: Path
) -> None:
    import h5py

    path = tmp_path / "my_model.h5"
    path.write_bytes(trained.files["my_model.h5"].read_bytes())
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        layer = {"class_name": "Lambda", "config": {"name": "trojan", "function": "…"}}
        config["config"]["layers"].append(layer)
        file.attrs["model_config"] = json.dumps(config)
    with pytest.raises(UnsafeModelFile) as caught:
        Recognizer.load(path)
    assert caught.value.message == (
        "my_model.h5 carries code: expected only layers built into Keras, "
        "received a Lambda layer named 'trojan'"
    )


def test_a_contract_of_format_1_is_read_and_names_no_photos(trained: TrainingResult) -> None:
    from facewright.recognizer.contract import read_contract

    assert str(trained.contract.photos).startswith("sha256:")
    old = json.loads(trained.contract.model_dump_json(exclude={"photos"})) | {"format": 1}
    assert read_contract(json.dumps(old), "my_model.onnx").photos is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 3}, "format: Input should be 1 or 2"),
        ({"labels": ["one"]}, "labels: Tuple should have at least 2 items"),
        ({"surprise": 1}, "surprise: Extra inputs are not permitted"),
    ],
)
def test_a_contract_that_cannot_be_read_says_what_is_wrong(
    trained: TrainingResult, change: dict[str, Any], message: str
) -> None:
    from facewright.recognizer.contract import read_contract

    contract = trained.contract.model_dump(mode="json") | change
    with pytest.raises(ModelFileError) as caught:
        read_contract(json.dumps(contract), "my_model.onnx")
    assert caught.value.message.startswith(
        f"the recognition contract of my_model.onnx cannot be read: {message}"
    )


def test_centroids_that_do_not_fit_are_refused(trained: TrainingResult) -> None:
    rejection = trained.contract.rejection.model_copy(update={"centroids": "AAAA"})
    contract = trained.contract.model_copy(update={"rejection": rejection})
    with pytest.raises(ModelFileError, match="expected 1536 bytes, received 3"):
        contract.rule()
