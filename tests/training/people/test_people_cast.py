import subprocess
import sys

import numpy as np
import pytest

from facewright.training.people import CAST, NAMES, member, person
from facewright.training.people.choose_cast import (
    FEMININE_NAMES,
    MASCULINE_NAMES,
    TRIALS,
    Candidate,
    choose,
    judge,
)
from facewright.training.people.measure import Sighting

HEAVY = ("dlib", "cv2", "onnxruntime", "tensorflow", "keras")


def test_the_cast_is_large_and_everybody_has_a_name_of_their_own() -> None:
    assert len(CAST) >= 24
    assert len(set(NAMES.values())) == len(CAST)
    assert all(name.isalpha() and name.islower() for name in NAMES.values())


def test_members_are_found_by_name() -> None:
    for seed, name in NAMES.items():
        assert member(name) == person(seed)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError):
        member("nobody")


def test_names_suit_their_people() -> None:
    for seed, name in NAMES.items():
        assert name in (FEMININE_NAMES if person(seed).feminine else MASCULINE_NAMES)


def test_importing_people_loads_nothing_heavy() -> None:
    code = "import sys, facewright.training.people as people; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & set(HEAVY)


def test_people_who_lie_far_apart_are_chosen_first() -> None:
    women = [seed for seed in range(40) if person(seed).feminine][:3]
    places = ([1, 0, 0], [0.98, 0.2, 0], [0, 1, 0])
    candidates = [
        Candidate(seed, 1.0 - at / 10, np.asarray(place, np.float32), 0.1)
        for at, (seed, place) in enumerate(zip(women, places, strict=True))
    ]
    assert list(choose(candidates)) == [women[0], women[2], women[1]]


def test_a_candidate_missed_in_one_photo_is_turned_down() -> None:
    seen = [Sighting(3, number, 1, 0.8, 120, np.eye(128, dtype=np.float32)[0]) for number in TRIALS]
    missed = Sighting(3, TRIALS[0], 0, 0.0, 0, None)
    judged = judge(3, seen)
    assert judged is not None
    assert judged.margin == 0.8
    assert judge(3, [missed, *seen[1:]]) is None
