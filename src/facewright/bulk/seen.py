"""What is found in a photo, and the port of what finds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from facewright.classifier.rejection import Decision
from facewright.faces.face import Box


@dataclass(frozen=True)
class Found:
    """A face.

    Attributes:
        box: In pixels of the upright photo.
        score: The detector's.
        vector: Unit-length embedding, float32 [D].
        decision: Whose it is; None when nobody was asked.
    """

    box: Box
    score: float
    vector: NDArray[np.float32]
    decision: Decision | None = None


class Eyes(Protocol):
    """Looks at photos, one at a time: what it finds depends on that photo alone."""

    def look(self, data: bytes) -> Sequence[Found]:
        """Return the faces of a photo's file, the largest first.

        Raises:
            PhotoError: The photo cannot be used.
            NoFaceFound: It holds no face.
        """
        ...
