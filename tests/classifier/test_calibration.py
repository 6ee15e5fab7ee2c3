"""How many strangers are named at the threshold that calibration sets."""

import numpy as np
import pytest
from numpy.typing import NDArray

from facewright.classifier.calibration import (
    Evidence,
    calibrate,
    nearest,
    strangers_needed,
)
from facewright.classifier.metrics import wilson
from facewright.classifier.rejection import Rejection, Vectors, unit

DIMENSION = 64


def _people(count: int, photos: int, seed: int, spread: float = 0.06) -> Vectors:
    """Return unit vectors [count * photos, D], person after person."""
    generator = np.random.default_rng(seed)
    centres = unit(generator.standard_normal((count, 1, DIMENSION)).astype(np.float32))
    noise = generator.standard_normal((count, photos, DIMENSION)).astype(np.float32) * spread
    return unit((centres + noise).reshape(-1, DIMENSION))


def _no_cohort() -> Vectors:
    raise AssertionError("generated people were asked for")


def _cohort() -> Vectors:
    return _people(60, 1, seed=4)


def _calibrated(
    people: int, strangers: int, rate: float = 0.01, seed: int = 1
) -> tuple[Rejection, Evidence]:
    vectors = np.concatenate([_people(people, 6, seed), _people(strangers, 1, seed + 1000)])
    names = [f"p{index // 6}" for index in range(people * 6)] + ["unknown"] * strangers
    cohort = _cohort if strangers < 20 else _no_cohort
    return calibrate(vectors, names, sorted(set(names)), rate, cohort)


def _named(rule: Rejection) -> float:
    """Return the share of 20,000 new strangers at or above the threshold."""
    return float(np.mean(nearest(_people(20_000, 1, seed=3), rule.centroids) >= rule.threshold))


@pytest.mark.parametrize("people", [2, 5, 20])
@pytest.mark.parametrize(
    ("strangers", "method"),
    [(0, "gumbel"), (19, "gumbel"), (20, "normal"), (299, "normal"), (300, "quantile")],
)
def test_about_as_many_strangers_are_named_as_was_asked(
    people: int, strangers: int, method: str
) -> None:
    calibrated = [_calibrated(people, strangers, seed=seed) for seed in range(10)]
    assert {evidence.method for _, evidence in calibrated} == {method}
    # One draw of so few strangers may be off; ten of them on average may not. These strangers are
    # harder than real ones for a normal distribution: their largest similarities lean to one side.
    most = {"gumbel": 0.01, "normal": 0.04, "quantile": 0.02}[method]
    assert np.mean([_named(rule) for rule, _ in calibrated]) <= most


def test_counting_needs_three_strangers_for_each_one_expected() -> None:
    assert strangers_needed(0.01) == 300
    assert strangers_needed(0.003) == 1000
    _, evidence = _calibrated(3, 60, rate=0.05)
    assert (evidence.method, evidence.needed) == ("quantile", 60)


def test_the_threshold_stays_below_one_however_alike_everybody_is() -> None:
    alike = np.random.default_rng(1).standard_normal((12, DIMENSION)).astype(np.float32) * 0.02
    vectors = unit(np.ones(DIMENSION, np.float32) + alike)
    names = ["a", "b", "c"] * 4
    rule, _ = calibrate(vectors, names, list("abc"), 0.01, lambda: vectors[:3])
    assert 0.9 < rule.threshold < 1


def test_more_people_take_a_higher_threshold() -> None:
    thresholds = [_calibrated(people, 300)[0].threshold for people in (2, 10, 40)]
    assert thresholds == sorted(thresholds)


def test_a_lower_rate_takes_a_higher_threshold() -> None:
    thresholds = [_calibrated(5, 60, rate)[0].threshold for rate in (0.04, 0.01, 0.001)]
    assert thresholds == sorted(thresholds)


def test_the_evidence_counts_what_was_looked_at() -> None:
    _, evidence = _calibrated(5, 12)
    assert (evidence.people, evidence.strangers) == (5, 12)
    assert (evidence.held_out, evidence.generated) == (30, 60)
    assert 0 <= evidence.above_low <= evidence.above / 102 <= evidence.above_high <= 1
    assert evidence.own_median is not None
    assert evidence.own_median > 0.85


def test_one_person_and_strangers_are_enough() -> None:
    rule, evidence = _calibrated(1, 60)
    assert evidence.held_out == 0
    assert _named(rule) <= 0.03


def test_one_photo_of_each_person_is_enough() -> None:
    vectors = _people(4, 1, seed=1)
    rule, evidence = calibrate(vectors, list("abcd"), list("abcd"), 0.01, _cohort)
    assert evidence.own_median is None
    assert _named(rule) <= 0.03
    assert rule.temperature > 0


def test_people_stay_above_the_threshold() -> None:
    rule, _ = _calibrated(5, 60)
    later: NDArray[np.float64] = nearest(_people(5, 6, seed=1), rule.centroids)
    assert np.mean(later >= rule.threshold) == 1


@pytest.mark.parametrize(
    ("count", "total", "expected"),
    [(0, 100, (0, 0.0370)), (5, 100, (0.0215, 0.1118)), (100, 100, (0.9630, 1)), (0, 0, (0, 1))],
)
def test_wilsons_interval(count: int, total: int, expected: tuple[float, float]) -> None:
    assert wilson(count, total) == pytest.approx(expected, abs=1e-4)
