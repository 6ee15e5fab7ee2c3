"""The answer to one photo, with all that is known about each of its faces."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facewright.classifier.rejection import Decision
from facewright.recognizer.look import SeenFace
from facewright.recognizer.timings import Timings


@dataclass(frozen=True)
class RecognizedFace:
    """A face and whose it is.

    Attributes:
        seen: Where it is and what it looks like.
        vector: Unit-length embedding, float32 [D].
        decision: Whose it is, or that it is nobody's.
        margin: How much nearer the candidate is than anybody else, −2 to 2; None when there is
            nobody else.
    """

    seen: SeenFace
    vector: NDArray[np.float32]
    decision: Decision
    margin: float | None


@dataclass(frozen=True)
class Answer:
    """The answer to one photo.

    Attributes:
        width: Of the upright photo, in pixels.
        height: The same.
        faces: The largest first; none in a photo without a face.
        timings: How long each stage took.
    """

    width: int
    height: int
    faces: tuple[RecognizedFace, ...]
    timings: Timings
