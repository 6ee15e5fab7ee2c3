"""Enrolling photos: each is looked at, judged, and accepted or rejected with a reason."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from facewright.classifier.labels import people
from facewright.errors import GalleryError, PhotoError, PhotoUnreadable
from facewright.faces.face import Pixels
from facewright.faces.photo import DEFAULT_LIMITS, decode_photo
from facewright.faces.quality import REASONS, Gate, judge, judge_count, measure
from facewright.gallery.conflicts import CONFLICT, Conflict, conflicts
from facewright.gallery.gallery import MOST_AT_ONCE, Gallery
from facewright.gallery.index import Index
from facewright.gallery.names import checked_name
from facewright.gallery.person import Person, Vectors
from facewright.recognizer.recognizer import EmbeddedFace, Recognizer
from facewright.system import digest
from facewright.training.reporter import Reporter


class Request(NamedTuple):
    """What is asked for.

    Attributes:
        name: The person.
        photos: Photos of the person.
        others: Photos of people who are not this person.
        gate: How much is asked of a photo.
        keep_chips: Whether cut-out faces are kept as pictures.
    """

    name: str
    photos: tuple[Path, ...]
    others: tuple[Path, ...]
    gate: Gate
    keep_chips: bool = False


@dataclass(frozen=True)
class Rejected:
    """A photo that was not accepted.

    Attributes:
        photo: The file.
        code: Why, for programs.
        words: Why, for people.
    """

    photo: Path
    code: str
    words: str


@dataclass(frozen=True)
class _Accepted:
    photo: Path
    digest: str
    face: EmbeddedFace


class Enrolment:
    """One person's photos on their way into a gallery.

    Args:
        recognizer: Finds and embeds the faces.
        gallery: Where they go.
        request: What is asked for.

    Raises:
        GalleryError: No photos, too many, or a name that cannot be.
    """

    def __init__(self, recognizer: Recognizer, gallery: Gallery, request: Request) -> None:
        self.name = checked_name(request.name)
        self.rejected: list[Rejected] = []
        self.added = self.known = self.negatives = 0
        self._recognizer = recognizer
        self._gallery = gallery
        self._request = request
        self._photos: list[_Accepted] = []
        self._others: list[_Accepted] = []
        _check_count(request)
        self._person = self._known_person()

    @property
    def accepted(self) -> bool:
        """Whether there is something to write: a photo of the person, if any was given."""
        return bool(self._photos if self._request.photos else self._others)

    def look(self, reporter: Reporter) -> None:
        """Look at every photo; nothing is written."""
        paths = [*self._request.photos, *self._request.others]
        seen = reporter.track(paths, "Looking at photos", len(paths))
        for position, path in enumerate(seen):
            found = self._look_at(path)
            if isinstance(found, Rejected):
                self.rejected.append(found)
            elif position < len(self._request.photos):
                self._photos.append(found)
            else:
                self._others.append(found)
        if self._request.gate == "strict" and self._photos:
            self._photos = self._without_conflicts()

    def write(self) -> None:
        """Write what was accepted, all of it or nothing."""
        others = self._vectors(self._others)
        before = 0 if self._person is None else len(self._person.negatives)
        if self._photos:
            kept = self._request.keep_chips
            chips = [_png(each.face.chip) for each in self._photos] if kept else None
            self.added, self.known = self._gallery.add(
                self.name,
                self._vectors(self._photos),
                [each.digest for each in self._photos],
                chips,
                negatives=others,
            )
        else:
            self._gallery.add_negatives(self.name, others, create=True)
        written = self._gallery.show(self.name)
        self.name, self.negatives = written.name, len(written.negatives) - before

    def record(self) -> dict[str, object]:
        """Return what happened, as plain JSON."""
        return {
            "name": self.name,
            "added": self.added,
            "known": self.known,
            "negatives": self.negatives,
            "rejected": [
                {"photo": str(each.photo), "code": each.code, "words": each.words}
                for each in self.rejected
            ],
        }

    def _known_person(self) -> Person | None:
        trained = self.name in people(self._recognizer.contract.labels)
        if not self._request.photos and not trained:
            return self._gallery.show(self.name)
        return self._gallery.show(self.name) if self._gallery.has(self.name) else None

    def _look_at(self, path: Path) -> _Accepted | Rejected:
        try:
            data = _read(path)
            pixels = decode_photo(data)
        except PhotoError as error:
            return Rejected(path, error.code, error.message)
        faces = self._recognizer.embed(pixels)
        reason = self._judged(pixels, faces)
        if reason is not None:
            return Rejected(path, reason, REASONS[reason])
        return _Accepted(path, digest.of_bytes(data), faces[0])

    def _judged(self, pixels: Pixels, faces: Sequence[EmbeddedFace]) -> str | None:
        gate = self._request.gate
        count = judge_count(len(faces))
        if count == "no-face" or (count and gate != "off"):
            return count
        quality = measure(pixels, faces[0].face, faces[0].landmarks)
        return judge(quality, gate, detector=self._recognizer.contract.detector.name)

    def _without_conflicts(self) -> list[_Accepted]:
        found = conflicts(
            self.name,
            self._vectors(self._photos),
            self._vectors([]) if self._person is None else self._person.positives,
            self._everybody(),
            alone=self._recognizer.contract.rejection.threshold,
        )
        pairs = list(zip(self._photos, found, strict=True))
        self.rejected += [_conflicting(photo, clash) for photo, clash in pairs if clash]
        return [photo for photo, clash in pairs if clash is None]

    def _everybody(self) -> Index:
        contract = self._recognizer.contract
        none = self._vectors([])
        trained = (
            Person(label, centroid[None], (), none)
            for label, centroid in zip(
                people(contract.labels), contract.rule().centroids, strict=True
            )
        )
        return Index([*self._gallery.people(), *trained], contract.embedder.dimension)

    def _vectors(self, accepted: Sequence[_Accepted]) -> Vectors:
        none = np.zeros((0, self._recognizer.contract.embedder.dimension), np.float32)
        return np.concatenate([none, *(each.face.vector[None] for each in accepted)])


def _check_count(request: Request) -> None:
    if not request.photos and not request.others:
        raise GalleryError(
            f"no photos of {request.name!r}: expected 1 to {MOST_AT_ONCE}, received none",
            hint="name them: `facewright people add NAME PHOTO…`",
        )
    if max(len(request.photos), len(request.others)) > MOST_AT_ONCE:
        raise GalleryError(
            f"too many photos at once: expected at most {MOST_AT_ONCE}, "
            f"received {len(request.photos)} and {len(request.others)} of others",
            hint="add them in several steps; 5 to 20 good photos are plenty",
        )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte more than is accepted shows that there are too many.
            return file.read(int(DEFAULT_LIMITS.megabytes * 1e6) + 1)
    except OSError as error:
        raise PhotoUnreadable(f"cannot be read: {error.strerror}") from error


def _conflicting(photo: _Accepted, clash: Conflict) -> Rejected:
    own = "" if clash.own is None else f", {clash.own:.2f} to this one's"
    words = f"{REASONS[CONFLICT]}: {clash.similarity:.2f} to {clash.name}'s{own}"
    return Rejected(photo.photo, CONFLICT, words)


def _png(chip: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(chip).save(file, "PNG")
    return file.getvalue()
