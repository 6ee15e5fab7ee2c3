"""Alignments: how a chip is cut out of a photo, reached by name.

``dlib``         turned upright, scaled, the whole face with a quarter of its size around it
``arcface``      turned upright, tighter; the frame most ONNX embedders were trained with
``centre-crop``  the detector's box as it is, resized; what the original project did
"""

from collections.abc import Callable
from importlib import import_module

from facewright.errors import MissingLibrary, WeightsError
from facewright.faces.face import Box, Landmarks, Pixels

Alignment = Callable[[Pixels, Box, Landmarks, int], Pixels]
"""Cuts a chip: photo [height, width, 3], box, landmarks, size → uint8 [size, size, 3]."""

_ALIGNMENTS = {
    "dlib": "facewright.faces.alignments.upright:dlib_chip",
    "arcface": "facewright.faces.alignments.upright:arcface_chip",
    "centre-crop": "facewright.faces.alignments.centre_crop:centre_crop_chip",
}

ALIGNMENT_NAMES = tuple(_ALIGNMENTS)


def load_alignment(name: str) -> Alignment:
    """Return the alignment of that name.

    Raises:
        WeightsError: No such alignment.
        MissingLibrary: The library it stands on is not installed.
    """
    if name not in _ALIGNMENTS:
        raise WeightsError(
            f"no such alignment: expected one of {', '.join(_ALIGNMENTS)}, received {name!r}"
        )
    module, _, attribute = _ALIGNMENTS[name].partition(":")
    try:
        alignment: Alignment = getattr(import_module(module), attribute)
    except ImportError as error:
        raise MissingLibrary(
            f"the alignment {name!r} needs the library {error.name}, which is not installed",
            hint="run `pip install 'facewright[serve]'`",
        ) from error
    return alignment
