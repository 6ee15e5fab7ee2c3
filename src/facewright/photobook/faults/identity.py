"""Photos and folders that show somebody else than their name says."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from facewright.photobook.finding import Evidence, Finding, Severity
from facewright.photobook.folder import Photo, is_known
from facewright.photobook.limits import Limits, find_limits, twins, without_twins
from facewright.photobook.similarity import Comparison, Vectors, compare
from facewright.photobook.survey import Survey

_SHOWN = 3


@dataclass(frozen=True)
class Identities:
    """The folder's faces compared.

    Attributes:
        photos: Those with a face, one of each file in a folder.
        vectors: Their embeddings, float32 [N, D].
        comparison: Each against each person.
        twins: Positions of people who are one person under two names.
        limits: From where on two faces are one person's; None when nothing can be said.
    """

    photos: list[Photo]
    vectors: Vectors
    comparison: Comparison
    twins: list[tuple[int, int]]
    limits: Limits | None


def identify(survey: Survey, embedder: str) -> Identities:
    """Compare all faces of a folder."""
    # A wrong photo that is there twice must not speak for itself.
    first = {(photo.person, survey.looks[photo].digest): photo for photo in reversed(survey.rows)}
    photos = sorted(first.values())
    vectors = survey.vectors[[survey.rows[photo] for photo in photos]]
    comparison = compare(vectors, [photo.person for photo in photos])
    pairs = twins(comparison, embedder)
    return Identities(photos, vectors, comparison, pairs, find_limits(comparison, pairs, embedder))


def faults_of_identity(identities: Identities) -> Iterator[Finding]:
    """Find wrong labels, strangers, people under two names and people among `unknown`."""
    yield from _twins(identities)
    limits = identities.limits
    if limits is None:
        yield _not_compared()
        return
    others = without_twins(identities.comparison, identities.twins)
    if not others.shape[1]:
        return
    for row, photo in enumerate(identities.photos):
        column = int(np.argmax(others[row]))
        doubt = _Doubt(identities, limits, row, column, float(others[row, column]))
        found = doubt.of_person() if is_known(photo.person) else doubt.of_unknown()
        if found:
            yield found


@dataclass(frozen=True)
class _Doubt:
    """One photo beside the nearest other person."""

    identities: Identities
    limits: Limits
    row: int
    column: int
    other: float

    def of_person(self) -> Finding | None:
        own = float(self.identities.comparison.own[self.row])
        if np.isnan(own):
            return None
        if self.other - own >= self.limits.margin and self.other >= self.limits.near:
            return self._wrong_label(own)
        return self._odd(own) if own < self.limits.apart else None

    def of_unknown(self) -> Finding | None:
        if self.other < self.limits.hidden:
            return None
        evidence = Evidence("similarity to the person", self.other, self.limits.hidden)
        message = f"looks like {self._name}, but lies among other people"
        sure = self.other >= self.limits.own.median
        severity = Severity.ERROR if sure else Severity.WARNING
        return self._finding(severity, "known-in-unknown", message, evidence)

    def _wrong_label(self, own: float) -> Finding:
        message = (
            f"looks like {self._name}: similarity {self.other:.3f} to {self._name}, "
            f"{own:.3f} to the other photos in its folder"
        )
        evidence = Evidence("closer to the other by", self.other - own, self.limits.margin)
        sure = self.other >= self.limits.hidden
        severity = Severity.ERROR if sure else Severity.WARNING
        return self._finding(severity, "likely-wrong-label", message, evidence)

    def _odd(self, own: float) -> Finding:
        message = "no closer to the other photos in its folder than other people are"
        evidence = Evidence("similarity to its own folder", own, self.limits.apart)
        photo = self.identities.photos[self.row]
        nearest = self._nearest(photo.person)
        return Finding(
            Severity.WARNING, "odd-one-out", photo.person, message, (photo.name,), nearest, evidence
        )

    def _finding(self, severity: Severity, code: str, message: str, evidence: Evidence) -> Finding:
        photo = self.identities.photos[self.row]
        nearest = self._nearest(self._name)
        return Finding(severity, code, photo.person, message, (photo.name,), nearest, evidence)

    @property
    def _name(self) -> str:
        return self.identities.comparison.people[self.column]

    def _nearest(self, person: str) -> tuple[str, ...]:
        """Return the photo of a person that is most like this one."""
        found = self.identities
        rows = np.flatnonzero(found.comparison.labels == person)
        rows = rows[rows != self.row]
        best = rows[int(np.argmax(found.vectors[rows] @ found.vectors[self.row]))]
        return (found.photos[best].name,)


def _twins(identities: Identities) -> Iterator[Finding]:
    comparison = identities.comparison
    for i, j in identities.twins:
        first, second = comparison.people[i], comparison.people[j]
        value = float(min(comparison.across[i, j], comparison.across[j, i]))
        yield Finding(
            Severity.ERROR,
            "same-person-twice",
            first,
            f"{first} and {second} are as close to each other as photos of one person",
            _some(identities, first),
            _some(identities, second),
            Evidence("similarity of the folders", value),
        )


def _some(identities: Identities, person: str) -> tuple[str, ...]:
    return tuple(photo.name for photo in identities.photos if photo.person == person)[:_SHOWN]


def _not_compared() -> Finding:
    message = "labels were not examined: there are too few photos to tell what is usual here"
    return Finding(Severity.NOTE, "not-compared", "", message)
