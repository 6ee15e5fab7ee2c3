"""Very large JPEGs are decoded smaller; everything else at its own size."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from facewright.errors import PhotoTooLarge, PhotoUnreadable
from facewright.faces.face import Pixels
from facewright.faces.photo import PhotoLimits, decode_bounded, decode_photo

Encode = Callable[..., bytes]


def _gradient(width: int, height: int) -> Pixels:
    across = np.linspace(0, 255, width)[None, :].repeat(height, axis=0)
    down = np.linspace(0, 255, height)[:, None].repeat(width, axis=1)
    return np.stack([across, down, across], axis=2).astype(np.uint8)


@pytest.mark.parametrize(
    ("size", "decoded"),
    [
        ((640, 480), (640, 480)),
        ((3000, 2000), (3000, 2000)),
        ((3200, 2400), (1600, 1200)),
        ((4000, 3000), (2000, 1500)),
        ((3000, 4000), (1500, 2000)),
        ((8000, 6000), (2000, 1500)),
    ],
)
def test_the_longer_side_never_falls_below_the_bound(
    size: tuple[int, int], decoded: tuple[int, int], encode: Encode
) -> None:
    photo = decode_bounded(encode(_gradient(*size), "JPEG", quality=60))
    assert (photo.width, photo.height) == size
    assert photo.pixels.shape == (decoded[1], decoded[0], 3)
    assert photo.back == (size[0] / decoded[0], size[1] / decoded[1])


def test_a_format_that_cannot_be_decoded_smaller_is_decoded_whole(encode: Encode) -> None:
    photo = decode_bounded(encode(_gradient(3600, 100), "PNG"))
    assert photo.pixels.shape == (100, 3600, 3)


@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_the_camera_may_be_held_any_way(orientation: int, encode: Encode) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(_gradient(4000, 3000), "JPEG", quality=60, exif=exif)
    photo = decode_bounded(data)
    whole = decode_photo(data)
    assert (photo.height, photo.width) == whole.shape[:2]
    small = np.asarray(
        Image.fromarray(whole).resize((photo.pixels.shape[1], photo.pixels.shape[0]))
    )
    assert np.abs(small.astype(int) - photo.pixels).mean() < 3


def test_a_square_photo_is_as_wide_as_high(encode: Encode) -> None:
    photo = decode_bounded(encode(_gradient(3300, 3300), "JPEG", quality=50))
    assert (photo.width, photo.height) == (3300, 3300)


def test_limits_hold_for_the_photo_itself_not_for_what_is_decoded(encode: Encode) -> None:
    data = encode(_gradient(4000, 3000), "JPEG", quality=50)
    with pytest.raises(PhotoTooLarge):
        decode_bounded(data, PhotoLimits(megapixels=11))


def test_a_truncated_large_photo_says_so(encode: Encode) -> None:
    data = encode(_gradient(4000, 3000), "JPEG", quality=50)
    with pytest.raises(PhotoUnreadable):
        decode_bounded(data[: len(data) // 2])
