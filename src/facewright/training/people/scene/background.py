"""What is behind a person, out of focus."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from facewright.training.people.palette import Colour

_SHRINK = 4
"""Backgrounds are blurred anyway, so they are drawn small and enlarged."""

_Painter = Callable[[ImageDraw.ImageDraw, np.random.Generator, int, int], None]


def background(generator: np.random.Generator, width: int, height: int) -> Image.Image:
    """Draw a place.

    Args:
        generator: Where its draws come from.
        width: In pixels.
        height: In pixels.

    Returns:
        An RGB image.
    """
    small = max(1, width // _SHRINK), max(1, height // _SHRINK)
    picture = _wall(generator, *small)
    painter = _PLACES[int(generator.integers(len(_PLACES)))]
    painter(ImageDraw.Draw(picture), generator, *small)
    radius = float(generator.uniform(1.5, 4.0)) * small[0] / 100
    blurred = picture.filter(ImageFilter.GaussianBlur(radius))
    return blurred.resize((width, height), Image.Resampling.BICUBIC)


def _wall(generator: np.random.Generator, width: int, height: int) -> Image.Image:
    """Draw a wall, lit unevenly."""
    corners = np.asarray([_muted(generator, 0.25)] * 4, np.float32)
    corners *= generator.uniform(0.6, 1.25, (4, 1))
    grid = np.clip(corners, 0, 255).astype(np.uint8).reshape(2, 2, 3)
    return Image.fromarray(grid).resize((width, height), Image.Resampling.BILINEAR)


def _studio(draw: ImageDraw.ImageDraw, generator: np.random.Generator, w: int, h: int) -> None:
    """Leave the wall as it is."""


def _room(draw: ImageDraw.ImageDraw, generator: np.random.Generator, w: int, h: int) -> None:
    """Add a window or a door, frames on the wall, a shelf."""
    left = int(generator.uniform(-0.2, 0.8) * w)
    pane = _muted(generator, 0.15, 190, 245)
    draw.rectangle((left, -5, left + int(w * 0.35), int(h * generator.uniform(0.5, 1.1))), pane)
    draw.rectangle((left + int(w * 0.17), -5, left + int(w * 0.19), h), _muted(generator, 0.2))
    for _ in range(int(generator.integers(1, 4))):
        x, y = int(generator.uniform(0, w)), int(generator.uniform(0, 0.5) * h)
        size = generator.uniform(0.1, 0.3, 2) * w
        box = (x, y, x + int(size[0]), y + int(size[1]))
        draw.rectangle(box, _muted(generator, 0.4), _muted(generator, 0.3, 30, 90))
    _books(draw, generator, w, h)


def _books(draw: ImageDraw.ImageDraw, generator: np.random.Generator, w: int, h: int) -> None:
    shelf = int(generator.uniform(0.35, 0.7) * h)
    x = int(generator.uniform(-0.1, 0.7) * w)
    draw.rectangle((x, shelf, x + w // 2, shelf + 3), _muted(generator, 0.4, 50, 120))
    for _ in range(int(generator.integers(4, 14))):
        thickness, tall = int(generator.integers(2, 6)), int(generator.uniform(0.08, 0.16) * h)
        draw.rectangle((x, shelf - tall, x + thickness, shelf - 1), _muted(generator, 0.6))
        x += thickness + int(generator.integers(0, 2))


def _foliage(draw: ImageDraw.ImageDraw, generator: np.random.Generator, w: int, h: int) -> None:
    """Add leaves and the sky between them."""
    draw.rectangle((0, 0, w, h), (38, 52, 32))
    for _ in range(220):
        x, y = generator.uniform(0, w), generator.uniform(0, h)
        radius = generator.uniform(0.01, 0.06) * w
        light = generator.uniform(0.3, 1.0) * (1.2 - 0.5 * y / h)
        leaf = (int(90 * light), int(generator.uniform(110, 150) * light), int(60 * light))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), leaf)
    for _ in range(int(generator.integers(5, 25))):
        x, y = generator.uniform(0, w), generator.uniform(0, 0.6 * h)
        radius = generator.uniform(0.01, 0.035) * w
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), (222, 232, 226))


def _street(draw: ImageDraw.ImageDraw, generator: np.random.Generator, w: int, h: int) -> None:
    """Add house fronts, a pavement, and lamps."""
    x = 0
    while x < w:
        wide = int(generator.uniform(0.12, 0.4) * w) + 1
        top = int(generator.uniform(-0.3, 0.3) * h)
        draw.rectangle((x, top, x + wide, h), _muted(generator, 0.25))
        x += wide
    draw.rectangle((0, int(0.8 * h), w, h), _muted(generator, 0.1, 70, 130))
    for _ in range(int(generator.integers(0, 12))):
        x, y = int(generator.uniform(0, w)), int(generator.uniform(0.1, 0.8) * h)
        radius = int(generator.uniform(0.01, 0.04) * w) + 1
        lamp = _muted(generator, 0.5, 180, 250)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), lamp)


def _muted(
    generator: np.random.Generator, saturation: float, low: float = 50, high: float = 215
) -> tuple[int, int, int]:
    """Draw a colour that is mostly grey."""
    colour = generator.uniform(low, high, 3)
    red, green, blue = colour.mean() + saturation * (colour - colour.mean())
    return int(red), int(green), int(blue)


_PLACES: tuple[_Painter, ...] = (_studio, _room, _room, _foliage, _street)


def room_tint(picture: Image.Image) -> Colour:
    """Average colour of a place as factors about 1, faint as reflected light is."""
    red, green, blue = np.asarray(picture.resize((1, 1), Image.Resampling.BOX))[0, 0] / 255.0

    def tint(share: float) -> float:
        return float(1 + 0.18 * (share - 1))

    grey = (red + green + blue) / 3 + 1e-3
    return tint(red / grey), tint(green / grey), tint(blue / grey)
