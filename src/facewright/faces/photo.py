"""Bytes from outside into upright RGB pixels, with limits checked before anything is decoded."""

import contextlib
import io
import threading
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from facewright.errors import PhotoTooLarge, PhotoUnreadable
from facewright.faces.face import Pixels
from facewright.wire.scoring import MAX_PHOTO_BYTES

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
"""What is read, by Pillow's names; of a GIF or a multi-page TIFF the first frame."""

_STARTS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
    b"RIFF": "WEBP",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"GIF8": "GIF",
}

_open_lock = threading.Lock()


@dataclass(frozen=True)
class PhotoLimits:
    """The largest photo that is decoded.

    Attributes:
        megabytes: Size of the file, in units of 1,000,000 bytes.
        megapixels: Width times height, in units of 1,000,000 pixels.
    """

    megabytes: float = MAX_PHOTO_BYTES / 1e6
    megapixels: float = 64


DEFAULT_LIMITS = PhotoLimits()

BOUNDED_SIDE = 1600
"""No detector looks at a picture whose longer side is more than this."""


@dataclass(frozen=True)
class DecodedPhoto:
    """A photo, decoded at its own size or smaller.

    Attributes:
        pixels: Upright, RGB, uint8 [rows, columns, 3].
        width: Width of the upright photo itself.
        height: Its height.
    """

    pixels: Pixels
    width: int
    height: int

    @property
    def back(self) -> tuple[float, float]:
        """The factors that bring x and y of `pixels` back to the photo itself."""
        rows, columns = self.pixels.shape[:2]
        return self.width / columns, self.height / rows


def decode_bounded(
    data: bytes, limits: PhotoLimits = DEFAULT_LIMITS, *, side: int = BOUNDED_SIDE
) -> DecodedPhoto:
    """Decode a photo, a very large JPEG at a half, a quarter or an eighth of its size.

    Leaving out the finest detail while decoding takes a fraction of the time and memory. What
    remains is never smaller than `side`.

    Args:
        data: A file of one of `FORMATS`.
        limits: The largest photo to accept.
        side: Least longer side of what is decoded of a larger photo, in pixels.

    Raises:
        PhotoTooLarge: As `decode_photo`.
        PhotoUnreadable: As `decode_photo`.
    """
    _check_bytes(data, limits)
    with _open(data) as image:
        _check_pixels(image, limits)
        longer, shorter = max(image.size), min(image.size)
        share = side / longer
        if share < 1:  # does nothing to formats that cannot be decoded at a smaller size
            image.draft(None, (round(image.width * share), round(image.height * share)))
        pixels = _pixels(image)
    rows, columns = pixels.shape[:2]
    return DecodedPhoto(pixels, *((longer, shorter) if columns >= rows else (shorter, longer)))


def decode_photo(data: bytes, limits: PhotoLimits = DEFAULT_LIMITS) -> Pixels:
    """Decode a photo.

    The orientation that a camera wrote into the EXIF data is applied. The size is read from the
    file's header and checked before any pixel is decoded.

    Args:
        data: A file of one of `FORMATS`.
        limits: The largest photo to accept.

    Returns:
        RGB pixels, uint8 [height, width, 3].

    Raises:
        PhotoTooLarge: `data`, or the photo it declares, is over a limit.
        PhotoUnreadable: `data` is empty, of another format, truncated or damaged.
    """
    _check_bytes(data, limits)
    with _open(data) as image:
        _check_pixels(image, limits)
        return _pixels(image)


def _check_bytes(data: bytes, limits: PhotoLimits) -> None:
    if not data:
        raise PhotoUnreadable(
            "the photo is empty: expected a file of pixels, received 0 bytes",
            hint="check that the file was copied whole",
        )
    if len(data) > limits.megabytes * 1e6:
        raise PhotoTooLarge(
            f"the photo is too large: expected at most {limits.megabytes:g} MB, "
            f"received {len(data) / 1e6:.1f} MB",
            hint="send a smaller photo; 1,000 pixels on the longer side are plenty",
        )


def _open(data: bytes) -> Image.Image:
    # Pillow warns about large pictures before we can look at their size; our own limit speaks.
    with _open_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            return Image.open(io.BytesIO(data), formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise PhotoTooLarge(f"the photo is too large: {error}") from error
        except Exception as error:  # parsers of hostile bytes raise whatever they like
            raise _not_opened(data) from error


def _not_opened(data: bytes) -> PhotoUnreadable:
    for start, kind in _STARTS.items():
        if data.startswith(start):
            return _damaged(kind, "its header cannot be read")
    return PhotoUnreadable(
        f"not a photo: expected {', '.join(FORMATS)}, "
        f"received {len(data)} bytes that begin with {data[:12]!r}",
        hint="convert the file to JPEG or PNG",
    )


def _damaged(kind: str | None, reason: str) -> PhotoUnreadable:
    return PhotoUnreadable(
        f"the photo is damaged: it begins as {kind}, but {reason}",
        hint="check that the file was copied whole, or save it again from its source",
    )


def _check_pixels(image: Image.Image, limits: PhotoLimits) -> None:
    width, height = image.size
    if width * height > limits.megapixels * 1e6:
        raise PhotoTooLarge(
            f"the photo is too large: expected at most {limits.megapixels:g} megapixels, "
            f"received {width} x {height} = {width * height / 1e6:.0f} megapixels",
            hint="send a smaller photo; 1,000 pixels on the longer side are plenty",
        )


def _pixels(image: Image.Image) -> Pixels:
    kind = image.format
    try:
        image.load()
        upright = _eight_bit(image)
        _turn_upright(upright)
        # Converting a picture to what it is would copy it.
        return np.asarray(upright if upright.mode == "RGB" else upright.convert("RGB"), np.uint8)
    except Exception as error:  # as above: the decoder meets the damage here
        raise _damaged(kind, str(error) or type(error).__name__) from error


def _turn_upright(image: Image.Image) -> None:
    # Damaged EXIF data says nothing about the orientation; the pixels are fine.
    with contextlib.suppress(Exception):
        ImageOps.exif_transpose(image, in_place=True)


def _eight_bit(image: Image.Image) -> Image.Image:
    # Pillow clips 16-bit grey to 255 instead of scaling it, which would turn a photo white.
    if not image.mode.startswith("I"):
        return image
    grey = np.asarray(image, dtype=np.float64) / 257
    return Image.fromarray(grey.clip(0, 255).astype(np.uint8))
