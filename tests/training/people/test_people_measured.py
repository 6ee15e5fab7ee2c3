"""The cast against the real detector and embedder, on photos that chose nobody."""

from collections.abc import Iterable

import numpy as np
import pytest

from facewright.training.people import CAST
from facewright.training.people.fields import Floats
from facewright.training.people.measure import Sighting, centroid, sight_all

KNOWN = CAST[::3]
STRANGERS = tuple(seed for seed in CAST if seed not in KNOWN)
LEARNT, ASKED = range(100, 108), range(108, 111)


@pytest.fixture(scope="module")
def known() -> list[Sighting]:
    return sight_all(KNOWN, [*LEARNT, *ASKED])


@pytest.fixture(scope="module")
def strangers() -> list[Sighting]:
    return sight_all(STRANGERS, ASKED[:2])


def _embeddings(sightings: Iterable[Sighting], seed: int, numbers: range) -> Floats:
    return np.stack(
        [
            sighting.embedding
            for sighting in sightings
            if sighting.seed == seed
            and sighting.number in numbers
            and sighting.embedding is not None
        ]
    )


def _centroids(known: list[Sighting]) -> Floats:
    return np.stack([centroid(_embeddings(known, seed, LEARNT)) for seed in KNOWN])


def _likeness(sightings: list[Sighting], seeds: Iterable[int], centroids: Floats) -> Floats:
    """Cosine of each asked photo to each known person, float32 [photos, known]."""
    asked = [_embeddings(sightings, seed, ASKED) for seed in seeds]
    likeness: Floats = np.concatenate(asked) @ centroids.T
    return likeness


def test_the_detector_finds_exactly_one_face(
    known: list[Sighting], strangers: list[Sighting]
) -> None:
    everything = known + strangers
    alone = [sighting for sighting in everything if sighting.faces == 1]
    assert len(alone) >= 0.98 * len(everything)


def test_faces_are_large_enough_to_be_seen(known: list[Sighting]) -> None:
    assert min(sighting.width for sighting in known if sighting.faces) >= 110


def test_the_nearest_centroid_is_the_right_person(known: list[Sighting]) -> None:
    centroids = _centroids(known)
    right = [(_likeness(known, [seed], centroids).argmax(1) == at) for at, seed in enumerate(KNOWN)]
    assert np.concatenate(right).mean() >= 0.99


def test_strangers_lie_farther_off_than_people_who_are_known(
    known: list[Sighting], strangers: list[Sighting]
) -> None:
    centroids = _centroids(known)
    inside = _likeness(known, KNOWN, centroids).max(1)
    outside = _likeness(strangers, STRANGERS, centroids).max(1)
    area_under_curve = (inside[:, None] > outside[None]).mean()
    assert area_under_curve >= 0.995
