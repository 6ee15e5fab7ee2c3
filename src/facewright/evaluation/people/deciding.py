"""From photo files to a model's decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facewright.classifier.rejection import Decision
from facewright.errors import FacewrightError, PhotoUnreadable
from facewright.faces.photo import decode_photo
from facewright.recognizer.recognizer import Recognizer


@dataclass(frozen=True)
class Verdict:
    """What a model made of one photo.

    Attributes:
        decision: About the largest face, which is whom a service answers for; None without one.
        reason: Why there is none; None when there is one.
    """

    decision: Decision | None
    reason: str | None


@dataclass(frozen=True)
class DecidingRecipe:
    """How to make a recognizer; plain values, for other processes.

    Attributes:
        model: The model's file.
    """

    model: Path

    def build(self) -> "Judge":
        """Load the model; errors as of `Recognizer.load`."""
        return Judge(self, Recognizer.load(self.model))


class Judge:
    """Decides about photo files as a service does.

    Args:
        recipe: What it is built from.
        recognizer: The model.

    Attributes:
        recipe: As given.
        recognizer: As given.
    """

    def __init__(self, recipe: DecidingRecipe, recognizer: Recognizer) -> None:
        self.recipe = recipe
        self.recognizer = recognizer

    def __call__(self, photos: Sequence[Path]) -> list[Verdict]:
        """Return what the model makes of each photo."""
        return [self._verdict(path) for path in photos]

    def _verdict(self, path: Path) -> Verdict:
        try:
            faces = self.recognizer.decide(decode_photo(_bytes(path)))
        except FacewrightError as error:
            return Verdict(None, error.message)
        if not faces:
            detector = self.recognizer.contract.detector.name
            return Verdict(None, f"no face found by the detector {detector}")
        return Verdict(faces[0][1], None)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PhotoUnreadable(f"the file cannot be read: {error.strerror}") from error
