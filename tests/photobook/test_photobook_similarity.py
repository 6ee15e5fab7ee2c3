"""Who is like whom, on vectors with known answers."""

from pathlib import Path

import numpy as np
import pytest

from facewright.photobook.faults.copies import groups
from facewright.photobook.fingerprint import BITS, alike, fingerprint
from facewright.photobook.folder import Photo
from facewright.photobook.limits import Limits, find_limits, nearest_other, twins
from facewright.photobook.similarity import Level, Vectors, centre, compare, level


def _towards(axis: int, count: int, tilt: float = 0.2, seed: int = 0) -> Vectors:
    """Return unit vectors scattered around an axis, float32 [count, 8]."""
    scatter = np.random.default_rng(seed + axis).normal(0, tilt, (count, 8))
    scatter[:, axis] += 1
    unit: Vectors = scatter / np.linalg.norm(scatter, axis=1, keepdims=True)
    return unit.astype(np.float32)


def test_a_centre_forgets_the_quarter_that_is_far_away() -> None:
    vectors = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert centre(vectors).tolist() == [1, 0]


def test_the_centre_of_one_photo_is_the_photo() -> None:
    assert centre(np.array([[0.6, 0.8]], dtype=np.float32)).tolist() == pytest.approx([0.6, 0.8])


def test_a_level_forgets_what_is_far_away() -> None:
    found = level([0.9, 0.9, 0.8, 1.0, -1.0])
    assert found.median == 0.9
    assert found.spread == pytest.approx(0.1 * 1.4826)
    assert found.count == 5


def test_a_spread_is_never_nothing() -> None:
    assert level([0.9, 0.9, 0.9]).spread == pytest.approx(0.01)


def test_a_photo_is_compared_with_the_others_of_its_folder_and_not_with_itself() -> None:
    vectors = np.array([[1, 0], [0, 1], [0, 1], [1, 0]], dtype=np.float32)
    found = compare(vectors, ["a", "a", "b", "unknown"])
    assert found.people == ("a", "b")
    assert found.own[:2].tolist() == [0, 0]
    assert np.isnan(found.own[2:]).all()
    half = pytest.approx(0.5**0.5)
    assert found.other.tolist() == [[-1, 0], [-1, 1], [half, -1], [half, 0]]


def test_without_a_known_person_there_is_nobody_to_compare_with() -> None:
    found = compare(_towards(0, 3), ["unknown"] * 3)
    assert found.people == ()
    assert twins(found, "stub") == []
    assert nearest_other(found, []).tolist() == [-1, -1, -1]


def test_limits_lie_between_the_two_levels() -> None:
    limits = Limits(Level(0.9, 0.02, 50), Level(0.6, 0.04, 50), measured=True)
    assert limits.same == pytest.approx(0.8)
    assert limits.hidden == pytest.approx(0.825)
    assert limits.near == pytest.approx(0.68)
    assert limits.apart == pytest.approx(0.64)
    assert limits.margin == pytest.approx(0.075)


def test_a_small_folder_falls_back_on_what_is_usual_for_the_embedder() -> None:
    vectors = np.concatenate([_towards(0, 2), _towards(1, 2)])
    comparison = compare(vectors, ["a", "a", "b", "b"])
    limits = find_limits(comparison, [], "dlib-resnet-v1")
    assert limits is not None
    assert not limits.measured
    assert find_limits(comparison, [], "onnx:mine.onnx") is None


def test_an_embedder_that_tells_nobody_apart_gives_no_limits() -> None:
    vectors = _towards(0, 24)
    assert find_limits(compare(vectors, ["a", "b"] * 12), [(0, 1)], "onnx:mine.onnx") is None


def test_one_person_in_two_folders_is_found_among_others() -> None:
    vectors = np.concatenate([_towards(0, 8), _towards(0, 8, seed=9), _towards(1, 8)])
    comparison = compare(vectors, ["a"] * 8 + ["also a"] * 8 + ["b"] * 8)
    pairs = twins(comparison, "onnx:mine.onnx")
    assert [(comparison.people[i], comparison.people[j]) for i, j in pairs] == [("a", "also a")]


def test_different_people_are_not_one() -> None:
    vectors = np.concatenate([_towards(axis, 6) for axis in range(4)])
    labels = [name for name in "abcd" for _ in range(6)]
    assert twins(compare(vectors, labels), "onnx:mine.onnx") == []


def test_in_a_crowd_the_nearest_two_are_not_one() -> None:
    random = np.random.default_rng(4)
    people = np.repeat(random.normal(0, 1, (600, 12)), 2, axis=0)
    vectors = people + random.normal(0, 0.35, people.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    comparison = compare(vectors.astype(np.float32), [f"{row // 2:03}" for row in range(1200)])
    assert twins(comparison, "onnx:mine.onnx") == []


def test_a_twin_is_no_other_person() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    comparison = compare(vectors, ["a", "b", "c"])
    assert nearest_other(comparison, []).tolist() == [1, 1, 0]
    assert nearest_other(comparison, [(0, 1)]).tolist() == [0, 0, 0]


def test_a_fingerprint_says_where_it_becomes_brighter() -> None:
    ramp = np.repeat(np.arange(0, 260, 20, dtype=np.uint8)[None, :, None], 13, axis=0)
    bits = fingerprint(np.repeat(ramp, 3, axis=2))
    assert bits.shape == (BITS,)
    assert bits[: BITS // 2].all()
    assert not bits[BITS // 2 :].any()


def test_alike_fingerprints_are_found_with_the_share_that_differs() -> None:
    prints = np.zeros((3, BITS), dtype=np.bool_)
    prints[1, :9] = True
    prints[2] = True
    [(first, second, share)] = alike(prints, 0.1)
    assert (first, second) == (0, 1)
    assert share == pytest.approx(9 / BITS, abs=1e-6)


def test_pairs_that_share_a_photo_are_one_group() -> None:
    a, b, c, d, e = (Photo("p", Path(f"{name}.jpg")) for name in "abcde")
    assert groups([(b, a), (d, e), (c, b)]) == [[a, b, c], [d, e]]
