"""Who is named and who stays unknown, on embeddings alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from facewright.classifier.rejection import Rejection, calibrate

DIMENSION = 32


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype("f4")
    return unit


def _people(count: int, photos: int, spread: float, seed: int = 0) -> NDArray[np.float32]:
    """Return unit vectors [count * photos, D], person after person."""
    generator = np.random.default_rng(seed)
    centres = _unit(generator.standard_normal((count, DIMENSION)))
    noise = generator.standard_normal((count, photos, DIMENSION)) * spread
    return _unit((centres[:, None] + noise).reshape(-1, DIMENSION))


def _trained(
    people: int, unknown: int = 0, spread: float = 0.05
) -> tuple[Rejection, NDArray[np.float32], list[str]]:
    vectors = _people(people + unknown, 6, spread)
    names = [f"p{index // 6}" for index in range(people * 6)] + ["unknown"] * unknown * 6
    labels = sorted(set(names))
    rule, _ = calibrate(vectors, names, labels)
    return rule, vectors, names


def _sure_of(label: str, rule: Rejection) -> NDArray[np.float32]:
    probabilities = np.full(len(rule.labels), 0.01 / (len(rule.labels) - 1), np.float32)
    probabilities[rule.labels.index(label)] = 0.99
    return probabilities


def test_people_are_named_and_their_index_is_a_string() -> None:
    rule, vectors, names = _trained(4)
    decisions = [
        rule.decide(_sure_of(name, rule), vector)
        for name, vector in zip(names, vectors, strict=True)
    ]
    assert [decision.name for decision in decisions] == names
    assert [decision.index for decision in decisions] == [name[1:] for name in names]
    assert all(decision.probability > 0.9 for decision in decisions)


def test_a_stranger_is_unknown_however_sure_the_softmax_is() -> None:
    rule, _, _ = _trained(4)
    stranger = _people(1, 1, 0, seed=9)[0]
    decision = rule.decide(_sure_of("p2", rule), stranger)
    assert decision.name == "unknown"
    assert decision.unknown
    assert decision.index == "-1"
    assert decision.probability > 0.99


def test_with_a_class_of_that_name_unknown_has_its_index() -> None:
    rule, _, _ = _trained(2, unknown=3)
    decision = rule.decide(_sure_of("p0", rule), _people(1, 1, 0, seed=9)[0])
    assert (decision.name, decision.index) == ("unknown", "2")


def test_a_face_the_softmax_calls_unknown_stays_unknown() -> None:
    rule, vectors, _ = _trained(2, unknown=3)
    decision = rule.decide(_sure_of("unknown", rule), vectors[0])
    assert decision.unknown
    assert decision.probability == pytest.approx(0.99, abs=0.011)


def test_at_the_threshold_a_person_is_even_with_unknown() -> None:
    centroid = np.eye(1, DIMENSION, dtype=np.float32)
    other = np.eye(1, DIMENSION, 1, dtype=np.float32)
    rule = Rejection(("a", "b"), np.vstack([centroid, other]), 0.6, 0.01)
    face = np.zeros(DIMENSION, np.float32)
    face[[0, 2]] = 0.6, 0.8
    decision = rule.decide(np.array([1, 0], np.float32), face)
    assert decision.probability == pytest.approx(0.5, abs=1e-4)
    assert decision.similarity == pytest.approx(0.6)


def test_the_threshold_lies_between_the_others_and_the_own() -> None:
    vectors = _people(5, 6, 0.05)
    names = [f"p{index // 6}" for index in range(30)]
    rule, evidence = calibrate(vectors, names, sorted(set(names)))
    assert evidence.own_low is not None
    assert evidence.other_high < rule.threshold < evidence.own_low
    assert evidence.own_photos == evidence.other_photos == 30


def test_one_photo_of_each_person_is_enough_for_a_threshold() -> None:
    vectors = _people(3, 1, 0)
    rule, evidence = calibrate(vectors, ["a", "b", "c"], ["a", "b", "c"])
    assert evidence.own_photos == 0
    assert evidence.other_high < rule.threshold < 1
    assert rule.decide(np.array([1, 0, 0], np.float32), vectors[0]).name == "a"


def test_one_person_and_unknown_are_enough() -> None:
    vectors = _people(3, 4, 0.05)
    names = ["ada"] * 4 + ["unknown"] * 8
    rule, evidence = calibrate(vectors, names, ["ada", "unknown"])
    assert evidence.other_photos == 8
    assert rule.decide(np.array([0.95, 0.05], np.float32), vectors[0]).name == "ada"


@settings(max_examples=50)
@given(st.integers(0, 10_000))
def test_the_answer_is_always_a_probability_at_least_as_likely_as_unknown(seed: int) -> None:
    rule, _, _ = _trained(3, unknown=2)
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.ones(4)).astype(np.float32)
    decision = rule.decide(probabilities, _people(1, 1, 0, seed)[0])
    assert 0 <= decision.probability <= 1
    assert -1.0001 <= decision.similarity <= 1.0001
    assert decision.name in rule.labels
