"""What `input_bytes` may hold, and what it may not."""

import base64
import io
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.errors import HostilePickle, InputError
from facewright.faces.cut_out import framed
from facewright.faces.face import Box
from facewright.faces.payload import read_payload


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _npy(array: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def test_a_photo_comes_back_as_it_is() -> None:
    assert read_payload(_base64(b"\xff\xd8\xff photo")) == b"\xff\xd8\xff photo"


def test_base64_in_lines_is_read() -> None:
    assert read_payload(base64.encodebytes(b"\xff\xd8" * 100).decode()) == b"\xff\xd8" * 100


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["f4", "f8", ">f4", "u1", "i8"])
def test_an_npy_array_is_read(dtype: str, order: Any) -> None:
    array = np.arange(24).reshape(2, 3, 4).astype(dtype, order=order)
    assert np.array_equal(read_payload(_base64(_npy(array))), array)


@pytest.mark.parametrize("protocol", range(6))
def test_the_originals_pickled_array_is_read(protocol: int) -> None:
    array = np.linspace(0, 1, 48).reshape(1, 3, 4, 4)
    data = _base64(pickle.dumps(array, protocol))
    assert np.array_equal(read_payload(data), array)


def test_a_hostile_pickle_is_refused_and_not_run(tmp_path: Any) -> None:
    mark = tmp_path / "ran"

    class Hostile:
        def __reduce__(self) -> Any:
            return (open, (str(mark), "w"))

    for protocol in range(6):
        with pytest.raises(HostilePickle):
            read_payload(_base64(pickle.dumps(Hostile(), protocol)))
    assert not mark.exists()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "input_bytes is not a photo: expected a base64 string, received an empty string"),
        (7, "input_bytes is not a photo: expected a base64 string, received int"),
        ("a photo!", "input_bytes is not base64: Only base64 data is allowed"),
        (
            "A" * 28_000_001,
            "input_bytes is too long: expected at most 28,000,000 letters, received 28,000,001",
        ),
    ],
)
def test_what_is_not_base64_is_refused(value: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_payload(value)
    assert caught.value.message == message


def test_an_npy_header_that_lies_about_its_size_takes_no_memory() -> None:
    data = _npy(np.zeros(3)).replace(b"(3,)", b"(99999999999999,)")
    with pytest.raises(InputError, match="begins as an .npy file but cannot be read"):
        read_payload(_base64(data))


def test_an_npy_file_of_objects_is_refused() -> None:
    data = _npy(np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="begins as an .npy file but cannot be read"):
        read_payload(_base64(data))


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x93NUMPY\x01\x00", b"\x80\x04"]))
def test_hostile_bytes_raise_nothing_but_input_errors(tail: bytes, head: bytes) -> None:
    try:
        read_payload(_base64(head + tail))
    except InputError:
        pass


def test_a_cut_out_face_is_put_into_a_frame() -> None:
    array = np.zeros((1, 3, 96, 96), np.float32)
    array[0, 2] = 1.0  # BGR: red
    photo, face = framed(array)
    assert photo.shape == (384, 384, 3)
    assert face.box == Box(109, 123, 279, 291)
    assert np.array_equal(np.unique(photo.reshape(-1, 3), axis=0), [[255, 0, 0]])


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (
            np.zeros((2, 3, 96, 96)),
            "input_bytes holds an array of another kind: expected float [1, 3, S, S] with "
            "24 ≤ S ≤ 1024, received float64 [2, 3, 96, 96]",
        ),
        (
            np.zeros((1, 3, 96, 96), np.int64),
            "input_bytes holds an array of another kind: expected float [1, 3, S, S] with "
            "24 ≤ S ≤ 1024, received int64 [1, 3, 96, 96]",
        ),
        (
            np.full((1, 3, 96, 96), 255.0),
            "input_bytes holds pixels out of range: expected BGR values from 0 to 1, "
            "received 255 to 255",
        ),
        (
            np.full((1, 3, 96, 96), np.nan),
            "input_bytes holds pixels out of range: expected BGR values from 0 to 1, "
            "received nan to nan",
        ),
    ],
)
def test_other_arrays_are_refused(array: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        framed(array)
    assert caught.value.message == message
