"""Pixels to be laid over a picture."""

from dataclasses import dataclass

from facewright.training.people.fields import Floats, Indices


@dataclass(frozen=True)
class Drawing:
    """Pixels of a person.

    Attributes:
        pixel: Indices into the flattened picture, int64 [N]; later ones lie over earlier ones.
        colour: sRGB, float32 [N, 3] in 0..255.
    """

    pixel: Indices
    colour: Floats
