"""Who is named and who stays unknown, on embeddings alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from facewright.classifier.rejection import Rejection, centroids, trimmed_mean, unit

DIMENSION = 16
LABELS = ("ada", "bo", "unknown")


def _axis(index: int, toward: int = -1, similarity: float = 1.0) -> NDArray[np.float32]:
    """Return axis `index`, or a unit vector at `similarity` to it, turned towards another."""
    vector = np.zeros(DIMENSION, np.float32)
    vector[index] = similarity
    vector[toward] += np.sqrt(1 - similarity**2)
    return vector


@pytest.fixture
def rule() -> Rejection:
    return Rejection(LABELS, np.stack([_axis(0), _axis(1)]), threshold=0.8, temperature=0.02)


def _sure_of(label: str) -> NDArray[np.float32]:
    return np.array([0.98 if each == label else 0.01 for each in LABELS], np.float32)


def test_a_face_close_to_the_heads_choice_is_named(rule: Rejection) -> None:
    decision = rule.decide(_sure_of("bo"), _axis(1, similarity=0.9))
    assert (decision.name, decision.index, decision.unknown) == ("bo", "1", False)
    assert decision.similarity == pytest.approx(0.9)
    assert decision.probability == pytest.approx(0.98 / 0.99, abs=0.01)


def test_a_stranger_is_unknown_however_sure_the_softmax_is(rule: Rejection) -> None:
    decision = rule.decide(_sure_of("bo"), _axis(1, similarity=0.5))
    assert (decision.name, decision.index, decision.unknown) == ("unknown", "2", True)
    assert decision.probability > 0.99
    assert decision.candidate == decision.softmax_name == "bo"
    assert decision.score == pytest.approx(0.5)
    assert decision.softmax_probability == pytest.approx(0.98)


def test_closeness_to_another_person_than_the_heads_choice_does_not_count(rule: Rejection) -> None:
    decision = rule.decide(_sure_of("ada"), _axis(1, similarity=0.95))
    assert decision.unknown
    assert decision.similarity == pytest.approx(0.95)


def test_a_close_face_is_named_though_the_head_leans_to_unknown(rule: Rejection) -> None:
    leaning = np.array([0.4, 0.0, 0.6], np.float32)
    assert rule.decide(leaning, _axis(0, similarity=0.95)).name == "ada"


def test_the_threshold_itself_is_enough_and_even(rule: Rejection) -> None:
    rule = Rejection(LABELS, rule.centroids, threshold=0.5, temperature=0.02)
    decision = rule.decide(np.array([1, 0, 0], np.float32), _axis(0, similarity=0.5))
    assert decision.name == "ada"
    assert decision.probability == pytest.approx(0.5)


def test_without_a_class_unknown_the_index_is_minus_one() -> None:
    rule = Rejection(("ada", "bo"), np.stack([_axis(0), _axis(1)]), 0.8, 0.02)
    assert rule.decide(np.array([1, 0], np.float32), _axis(5)).index == "-1"


@settings(max_examples=200)
@given(st.integers(0, 10_000))
def test_probabilities_are_shares_of_one(seed: int) -> None:
    rule = Rejection(LABELS, np.stack([_axis(0), _axis(1)]), 0.3, 0.1)
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.ones(3)).astype(np.float32)
    face = unit(generator.standard_normal(DIMENSION).astype(np.float32))
    decision = rule.decide(probabilities, face)
    assert 0 <= decision.probability <= 1
    assert decision.unknown == (decision.score < 0.3)
    assert decision.candidate in ("ada", "bo")


def test_a_wrong_photo_in_a_folder_does_not_move_the_person() -> None:
    photos = np.stack([_axis(0, similarity=0.99)] * 9 + [_axis(3)])
    assert trimmed_mean(photos)[3] < 0.01
    assert unit(photos.mean(axis=0))[3] > 0.1


def test_centroids_are_of_people_in_label_order() -> None:
    vectors = np.stack([_axis(2), _axis(1), _axis(0), _axis(0)])
    found = centroids(vectors, ["unknown", "bo", "ada", "ada"], LABELS)
    assert np.allclose(found, np.stack([_axis(0), _axis(1)]))
