"""Photos on their way into a model's gallery: each is accepted, or rejected with a reason."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from facewright.classifier.labels import people
from facewright.errors import GalleryError
from facewright.faces.face import Pixels
from facewright.faces.quality import REASONS, Gate, judge, judge_count
from facewright.gallery.conflicts import CONFLICT, Conflict, conflicts
from facewright.gallery.gallery import MOST_AT_ONCE, Gallery
from facewright.gallery.index import Index
from facewright.gallery.names import checked_name, key_of
from facewright.gallery.person import Person, Vectors
from facewright.recognizer.answer import Answer, RecognizedFace
from facewright.recognizer.look import Wish
from facewright.recognizer.recognizer import Recognizer
from facewright.system import digest

_LOOK = Wish(quality=True)


@dataclass(frozen=True)
class Rejected:
    """A photo that was not accepted.

    Attributes:
        position: Which of the photos that were given.
        code: Why, for programs.
        words: Why, for people.
    """

    position: int
    code: str
    words: str


@dataclass(frozen=True)
class Enrolment:
    """What an enrolment did.

    Attributes:
        name: The person.
        added: Photos that are new.
        known: Photos that the person had before.
        digests: Digests of the accepted photos, in the order they were given.
        rejected: Photos that were not accepted.
    """

    name: str
    added: int
    known: int
    digests: tuple[str, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True)
class _Accepted:
    position: int
    digest: str
    face: RecognizedFace


class Enroller:
    """Enrols people in the gallery of a model.

    Args:
        recognizer: Finds and embeds the faces.
        gallery: Where they go.
    """

    def __init__(self, recognizer: Recognizer, gallery: Gallery) -> None:
        self._recognizer = recognizer
        self._gallery = gallery

    def enrol(
        self, name: str, photos: Sequence[bytes], gate: Gate, *, keep_chips: bool = False
    ) -> Enrolment:
        """Enrol photos of a person, who is new or gets more photos; nothing when none is fit.

        Args:
            name: The person; a label of the model is spelt as the model does.
            photos: Files of photos, at most `MOST_AT_ONCE`.
            gate: How much is asked of a photo.
            keep_chips: Whether the cut-out faces are kept as pictures too.

        Raises:
            GalleryError: No photos or too many, or a name that cannot be.
        """
        person = self.spelt(checked_name(name))
        _check_count(photos)
        accepted, rejected = self._looked(photos, gate)
        if gate == "strict" and accepted:
            accepted, clashing = self._without_conflicts(person, accepted)
            rejected = sorted([*rejected, *clashing], key=lambda each: each.position)
        digests = tuple(each.digest for each in accepted)
        if not accepted:
            return Enrolment(person, 0, 0, (), tuple(rejected))
        chips = [_png(each.face.seen.chip) for each in accepted] if keep_chips else None
        added = self._gallery.add(person, self._vectors(accepted), digests, chips)
        return Enrolment(person, added.photos, added.known, digests, tuple(rejected))

    def spelt(self, name: str) -> str:
        """Return a name as the model or the gallery spells it, when one of them knows it."""
        labels = {key_of(label): label for label in people(self._recognizer.contract.labels)}
        if key_of(name) in labels:
            return labels[key_of(name)]
        return self._gallery.show(name).name if self._gallery.has(name) else name

    def _looked(
        self, photos: Sequence[bytes], gate: Gate
    ) -> tuple[list[_Accepted], list[Rejected]]:
        accepted: list[_Accepted] = []
        rejected: list[Rejected] = []
        answers = self._recognizer.recognize_many(photos, [_LOOK] * len(photos))
        for position, (data, answer) in enumerate(zip(photos, answers, strict=True)):
            if not isinstance(answer, Answer):
                rejected.append(Rejected(position, answer.code, answer.message))
            elif reason := self._judged(answer, gate):
                rejected.append(Rejected(position, reason, REASONS[reason]))
            else:
                accepted.append(_Accepted(position, digest.of_bytes(data), answer.faces[0]))
        return accepted, rejected

    def _judged(self, answer: Answer, gate: Gate) -> str | None:
        count = judge_count(len(answer.faces))
        if count == "no-face" or (count and gate != "off"):
            return count
        quality = answer.faces[0].seen.quality
        if quality is None:
            return None
        return judge(quality, gate, detector=self._recognizer.contract.detector.name)

    def _without_conflicts(
        self, name: str, accepted: list[_Accepted]
    ) -> tuple[list[_Accepted], list[Rejected]]:
        enrolled = self._gallery.show(name).positives if self._gallery.has(name) else self._none()
        clashes = conflicts(
            name,
            self._vectors(accepted),
            enrolled,
            self._everybody(),
            alone=self._recognizer.contract.rejection.threshold,
        )
        pairs = list(zip(accepted, clashes, strict=True))
        kept = [each for each, clash in pairs if clash is None]
        return kept, [_conflicting(each, clash) for each, clash in pairs if clash is not None]

    def _everybody(self) -> Index:
        contract = self._recognizer.contract
        centroids = contract.rule().centroids
        trained = (
            Person(label, centroid[None], (), self._none())
            for label, centroid in zip(people(contract.labels), centroids, strict=True)
        )
        return Index([*self._gallery.people(), *trained], contract.embedder.dimension)

    def _vectors(self, accepted: Sequence[_Accepted]) -> Vectors:
        return np.concatenate([self._none(), *(each.face.vector[None] for each in accepted)])

    def _none(self) -> Vectors:
        return np.zeros((0, self._recognizer.contract.embedder.dimension), np.float32)


def _check_count(photos: Sequence[bytes]) -> None:
    if not 1 <= len(photos) <= MOST_AT_ONCE:
        raise GalleryError(
            f"expected 1 to {MOST_AT_ONCE} photos at once, received {len(photos)}",
            hint="add them in several steps; 5 to 20 good photos are plenty",
        )


def _conflicting(photo: _Accepted, clash: Conflict) -> Rejected:
    # Whom it looks like is nobody's business who may only add photos.
    return Rejected(
        photo.position, CONFLICT, f"{REASONS[CONFLICT]}: {clash.similarity:.2f} to another"
    )


def _png(chip: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(chip).save(file, "PNG")
    return file.getvalue()
