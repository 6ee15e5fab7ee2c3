"""Curves, areas and thresholds, against counting by brute force."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from facewright.evaluation.curves import area, best_threshold, curve, right

_NEVER = float("-inf")
# Few levels, so that ties are common.
_SCORES = st.lists(st.sampled_from([_NEVER, 0.0, 0.1, 0.2, 0.3, 0.5, 0.9, 1.0]), min_size=1)


def _array(values: list[float]) -> NDArray[Any]:
    return np.array(values, dtype=np.float64)


@given(_SCORES, _SCORES, st.floats(0, 1))
def test_the_rate_at_a_rate_is_the_best_of_all_thresholds(
    same: list[float], different: list[float], rate: float
) -> None:
    point = curve(_array(same), _array(different)).at(rate)
    best = 0.0
    for threshold in {*same, *different, float("inf")} - {_NEVER}:
        if np.mean(_array(different) >= threshold) <= rate:
            best = max(best, float(np.mean(_array(same) >= threshold)))
    assert point.true_accepts == pytest.approx(best)
    assert point.false_accepts <= rate
    assert point.true_accepts == np.mean(_array(same) >= point.threshold)
    assert point.false_accepts == np.mean(_array(different) >= point.threshold)


@given(_SCORES, _SCORES)
def test_the_area_is_the_share_of_couples_in_order(
    same: list[float], different: list[float]
) -> None:
    order = [1.0 if a > b else 0.5 if a == b else 0.0 for a in same for b in different]
    assert area(_array(same), _array(different)) == pytest.approx(np.mean(order))


@given(_SCORES, _SCORES)
def test_a_curve_rises_from_nothing_to_all_that_was_found(
    same: list[float], different: list[float]
) -> None:
    found = curve(_array(same), _array(different))
    assert found.false_accepts[0] == found.true_accepts[0] == 0
    assert (np.diff(found.thresholds) < 0).all()
    assert (np.diff(found.false_accepts) >= 0).all()
    assert (np.diff(found.true_accepts) >= 0).all()
    assert found.true_accepts[-1] == np.mean(_array(same) != _NEVER)


@given(_SCORES, _SCORES)
def test_no_threshold_is_better_than_the_best(same: list[float], different: list[float]) -> None:
    if not np.isfinite([*same, *different]).any():
        return
    mine = right(_array(same), _array(different), best_threshold(_array(same), _array(different)))
    others = [
        right(_array(same), _array(different), threshold)
        for threshold in (-0.5, 0.05, 0.15, 0.25, 0.4, 0.7, 0.95, 1.5)
    ]
    assert mine >= max(others)


def test_a_missed_face_is_wrong_on_either_side() -> None:
    same, different = _array([0.9, _NEVER]), _array([0.1, _NEVER, _NEVER])
    assert right(same, different, 0.5) == 2


def test_the_best_threshold_lies_midway() -> None:
    assert best_threshold(_array([0.8, 0.9]), _array([0.2, 0.4])) == pytest.approx(0.6)
