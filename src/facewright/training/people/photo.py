"""Photos of people."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from facewright.system.files import write_bytes
from facewright.training.people.fields import Floats
from facewright.training.people.identity import Person
from facewright.training.people.moment import Film, Moment, moment, photo_generator
from facewright.training.people.scene.background import background, room_tint
from facewright.training.people.scene.camera import camera
from facewright.training.people.scene.person import draw_person

SCALE = 1.3
"""Drawings are larger than photos by this factor, so that edges come out smooth."""


def draw_photo(person: Person, number: int) -> NDArray[np.uint8]:
    """Take a photo of a person; the same person and number always give the same photo.

    Args:
        person: Who.
        number: Which photo, from 0.

    Returns:
        RGB, uint8 [height, width, 3].
    """
    return _expose(person, number)[0]


def photo_bytes(person: Person, number: int) -> bytes:
    """Take a photo as `draw_photo` does, as the bytes of a JPEG file."""
    pixels, film = _expose(person, number)
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=film.quality)
    return stream.getvalue()


def write_photo(path: Path, person: Person, number: int) -> None:
    """Write a photo as a JPEG file."""
    write_bytes(path, photo_bytes(person, number))


def write_photos(folder: Path, person: Person, numbers: Iterable[int]) -> list[Path]:
    """Write photos of a person as JPEG files.

    Args:
        folder: Where to; it is created.
        person: Who.
        numbers: Which photos.

    Returns:
        The files, in the order of `numbers`.
    """
    paths = []
    for number in numbers:
        paths.append(photo_path(folder, person, number))
        write_photo(paths[-1], person, number)
    return paths


def photo_path(folder: Path, person: Person, number: int) -> Path:
    """Name the file of a photo, such as ``31-0007.jpg``.

    The person's seed is part of it, so that several people can share a folder.
    """
    return folder / f"{person.seed}-{number:04d}.jpg"


def _expose(person: Person, number: int) -> tuple[NDArray[np.uint8], Film]:
    generator = photo_generator(person.seed, number)
    circumstances = moment(generator)
    drawing = _draw(person, circumstances, generator)
    return _develop(drawing, circumstances.film, generator), circumstances.film


def _draw(person: Person, circumstances: Moment, generator: np.random.Generator) -> Image.Image:
    """Draw the person before a place, in the size of the photo."""
    view = camera(circumstances.frame, circumstances.pose, SCALE)
    place = background(generator, view.width, view.height)
    room = np.asarray(room_tint(place), np.float32)
    drawn = draw_person(person, circumstances, view, room)
    pixels = np.array(place).reshape(-1, 3)
    pixels[drawn.pixel] = drawn.colour.astype(np.uint8)
    drawing = Image.fromarray(pixels.reshape(view.height, view.width, 3))
    size = (circumstances.frame.width, circumstances.frame.height)
    return drawing.resize(size, Image.Resampling.HAMMING)


def _develop(drawing: Image.Image, film: Film, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Do to a drawing what a camera does to a picture."""
    soft = np.asarray(drawing.filter(ImageFilter.GaussianBlur(film.blur)), np.float32)
    toned = (soft - 128) * film.contrast + 128 + film.brightness
    toned *= np.asarray(film.balance, np.float32) * _vignette(*soft.shape[:2])
    toned += film.grain * generator.standard_normal(soft.shape, dtype=np.float32)
    pixels: NDArray[np.uint8] = np.clip(toned, 0, 255).astype(np.uint8)
    return pixels


def _vignette(height: int, width: int) -> Floats:
    """Darken the corners of a picture a little, float32 [height, width, 1]."""
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    return 1 - 0.07 * (x * x + y * y)
