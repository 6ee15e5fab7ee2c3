"""Intervals, against published and independently computed values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.classifier.metrics import wilson
from facewright.evaluation.curves import area
from facewright.evaluation.intervals import (
    of_area,
    of_mean,
    standard_error,
    student,
)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # Newcombe, Two-sided confidence intervals for the single proportion (1998), table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_values(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_nothing_is_everything() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 10_000), st.data())
def test_wilson_holds_the_share_and_mirrors(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    low, high = wilson(part, whole)
    other_low, other_high = wilson(whole - part, whole)
    assert 0 <= low <= part / whole + 1e-12
    assert part / whole - 1e-12 <= high <= 1
    assert low == pytest.approx(1 - other_high, abs=1e-12)
    assert high == pytest.approx(1 - other_low, abs=1e-12)


def test_student_gives_the_tables_values_and_goes_over_smoothly() -> None:
    assert student(9) == 2.2622
    assert student(60) == pytest.approx(2.0003, abs=1e-4)
    assert student(31) == pytest.approx(2.0395, abs=1e-4)
    assert student(10**6) == pytest.approx(1.959966, abs=1e-5)


def test_folds_give_a_mean_and_its_interval() -> None:
    folds = [0.98, 0.99, 1.0, 0.97, 0.99, 0.98, 0.99, 0.98, 0.99, 0.98]
    assert standard_error(folds) == pytest.approx(0.0026874, abs=1e-6)
    assert of_mean(folds) == pytest.approx((0.97892, 0.99108), abs=1e-5)


@given(st.floats(0, 1), st.integers(1, 500), st.integers(1, 500))
def test_the_interval_of_an_area_holds_it(value: float, same: int, different: int) -> None:
    low, high = of_area(value, same, different)
    assert 0 <= low <= value <= high <= 1


def test_the_interval_of_a_perfect_area_is_not_a_point() -> None:
    low, high = of_area(1.0, 25, 200)
    assert high == 1.0
    assert 0.9 < low < 0.99


def test_the_interval_of_an_area_holds_the_truth_often_enough() -> None:
    random = np.random.default_rng(3)
    truth = 0.9213503965  # Φ(2 / √2), the area of two normal distributions two apart
    held = 0
    for _ in range(400):
        found = area(random.normal(2, 1, 30), random.normal(0, 1, 60))
        low, high = of_area(found, 30, 60)
        held += low <= truth <= high
    assert held >= 0.92 * 400
