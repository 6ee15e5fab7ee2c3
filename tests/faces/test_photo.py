"""Decoding: formats, orientation, limits, and every way of being broken."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from facewright.errors import PhotoError, PhotoTooLarge, PhotoUnreadable
from facewright.faces.face import Pixels
from facewright.faces.photo import FORMATS, PhotoLimits, decode_photo

Encode = Callable[..., bytes]


@pytest.fixture
def gradient() -> Pixels:
    rows, columns = np.mgrid[0:40, 0:60]
    return np.stack([rows * 6, columns * 4, rows + columns], axis=2).astype(np.uint8)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_read(kind: str, gradient: Pixels, encode: Encode) -> None:
    pixels = decode_photo(encode(gradient, kind))
    assert pixels.shape == (40, 60, 3)
    assert pixels.dtype == np.uint8
    difference = np.abs(pixels.astype(int) - gradient)
    assert difference.mean() < (6 if kind in ("JPEG", "WEBP", "GIF") else 1e-9)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int, gradient: Pixels, encode: Encode) -> None:
    upright = Image.fromarray(gradient)
    # How the camera held the picture, for each orientation that EXIF knows.
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    held = upright if undo is None else upright.transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decode_photo(encode(np.asarray(held), "PNG", exif=exif))
    assert np.array_equal(pixels, gradient)


def test_grey_transparent_and_sixteen_bit_photos_become_rgb() -> None:
    grey = np.linspace(0, 65535, 30 * 20).reshape(30, 20).astype(np.uint16)
    kinds: list[tuple[str, Any]] = [
        ("L", (grey // 257).astype(np.uint8)),
        ("I;16", grey),
        ("RGBA", np.dstack([(grey // 257).astype(np.uint8)] * 4)),
    ]
    for mode, array in kinds:
        file = io.BytesIO()
        Image.fromarray(array).save(file, "PNG")
        pixels = decode_photo(file.getvalue())
        assert pixels.shape == (30, 20, 3), mode
        assert np.allclose(pixels[..., 0], grey / 257, atol=1), mode


def test_only_the_first_frame_of_a_moving_picture_is_read(gradient: Pixels) -> None:
    file = io.BytesIO()
    first, second = Image.fromarray(gradient), Image.fromarray(255 - gradient)
    first.save(file, "TIFF", save_all=True, append_images=[second])
    assert np.array_equal(decode_photo(file.getvalue()), gradient)


def test_an_empty_photo_says_so() -> None:
    with pytest.raises(PhotoUnreadable) as caught:
        decode_photo(b"")
    assert caught.value.message == (
        "the photo is empty: expected a file of pixels, received 0 bytes"
    )
    assert caught.value.hint == "check that the file was copied whole"


def test_something_else_than_a_photo_says_what_it_is() -> None:
    with pytest.raises(PhotoUnreadable) as caught:
        decode_photo(b"%PDF-1.7\n stuff")
    assert caught.value.message == (
        "not a photo: expected JPEG, PNG, WEBP, BMP, TIFF, GIF, "
        "received 15 bytes that begin with b'%PDF-1.7\\n st'"
    )
    assert caught.value.hint == "convert the file to JPEG or PNG"


def test_a_truncated_photo_says_so(gradient: Pixels, encode: Encode) -> None:
    whole = encode(gradient, "JPEG", quality=95)
    with pytest.raises(PhotoUnreadable) as caught:
        decode_photo(whole[:-400])
    assert caught.value.message.startswith(
        "the photo is damaged: it begins as JPEG, but image file is truncated"
    )
    assert caught.value.hint == (
        "check that the file was copied whole, or save it again from its source"
    )


def test_a_photo_with_too_many_bytes_is_refused_unread() -> None:
    with pytest.raises(PhotoTooLarge) as caught:
        decode_photo(b"x" * 20_000_001)
    assert caught.value.message == (
        "the photo is too large: expected at most 20 MB, received 20.0 MB"
    )


def _png_that_declares(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def test_a_photo_of_100_megapixels_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(PhotoTooLarge) as caught:
        decode_photo(_png_that_declares(10_000, 10_000))
    assert caught.value.message == (
        "the photo is too large: expected at most 64 megapixels, "
        "received 10000 x 10000 = 100 megapixels"
    )
    assert caught.value.hint == ("send a smaller photo; 1,000 pixels on the longer side are plenty")


def test_a_decompression_bomb_is_refused_too() -> None:
    with pytest.raises(PhotoTooLarge, match="the photo is too large"):
        decode_photo(_png_that_declares(60_000, 60_000))


def test_limits_can_be_set(gradient: Pixels, encode: Encode) -> None:
    data = encode(gradient)
    assert decode_photo(data, PhotoLimits(megapixels=0.0024)).shape == (40, 60, 3)
    with pytest.raises(PhotoTooLarge):
        decode_photo(data, PhotoLimits(megapixels=0.0023))


@given(
    st.binary(max_size=300),
    st.sampled_from(
        [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"GIF89a", b"II*\0", b"RIFF0000WEBP"]
    ),
)
def test_hostile_bytes_raise_nothing_but_photo_errors(tail: bytes, head: bytes) -> None:
    try:
        decode_photo(head + tail)
    except PhotoError:
        pass


@pytest.mark.shared_faces
@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "truncated.jpg",
            "the photo is damaged: it begins as JPEG, but image file is truncated "
            "(17 bytes not processed)",
        ),
        (
            "corrupted.png",
            "the photo is damaged: it begins as PNG, but its header cannot be read",
        ),
        (
            "empty.png",
            "not a photo: expected JPEG, PNG, WEBP, BMP, TIFF, GIF, "
            "received 5 bytes that begin with b'test\\n'",
        ),
    ],
)
def test_broken_files_are_told_apart(shared_folder: Path, name: str, message: str) -> None:
    data = (shared_folder / "faces" / "formats" / name).read_bytes()
    with pytest.raises(PhotoUnreadable) as caught:
        decode_photo(data)
    assert caught.value.message.startswith(message)


@pytest.mark.shared_faces
@pytest.mark.parametrize("kind", ["bmp", "gif", "tiff", "webp"])
def test_real_files_of_each_format_are_read(shared_folder: Path, kind: str) -> None:
    data = (shared_folder / "faces" / "formats" / f"einstein.{kind}").read_bytes()
    assert decode_photo(data).std() > 20
