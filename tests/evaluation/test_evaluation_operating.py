"""What shares mean: known people named, strangers named, at own and at other thresholds."""

import pytest

from facewright.classifier.rejection import Decision
from facewright.evaluation.people.operating import (
    Guess,
    Operating,
    Share,
    by_recognizer,
    by_softmax,
)

_NOBODY = Guess("unknown", None, float("-inf"))


def _decision(name: str, softmax: str, sure: float) -> Decision:
    return Decision(
        index="0",
        name=name,
        probability=0.8,
        similarity=0.9,
        candidate="ada",
        score=0.6,
        softmax_name=softmax,
        softmax_probability=sure,
    )


def test_the_model_is_taken_at_its_own_threshold() -> None:
    assert by_recognizer(_decision("unknown", "ada", 0.9)) == Guess("unknown", "ada", 0.6)
    assert by_recognizer(None) == _NOBODY


@pytest.mark.parametrize(
    ("softmax", "sure", "guess"),
    [
        ("ada", 0.5, Guess("ada", "ada", 0.5)),
        ("ada", 0.4, Guess("unknown", "ada", 0.4)),
        ("unknown", 0.9, _NOBODY),
    ],
)
def test_the_softmax_is_taken_from_its_threshold_on(
    softmax: str, sure: float, guess: Guess
) -> None:
    assert by_softmax(_decision("ada", softmax, sure), 0.5) == guess


def test_shares_are_counted_over_all_photos() -> None:
    truth = ["ada", "ada", "bruno", "bruno"]
    known = [
        Guess("ada", "ada", 0.9),
        Guess("unknown", "ada", 0.4),
        Guess("ada", "ada", 0.8),  # taken for another: never right, whatever the threshold
        _NOBODY,  # no face
    ]
    strangers = [
        Guess("ada", "ada", 0.7),
        Guess("unknown", "bruno", 0.3),
        Guess("unknown", "ada", 0.2),
        _NOBODY,
    ]
    found = Operating(truth, known, strangers)
    assert found.known_accuracy == Share(1, 4)
    assert found.false_positive_rate == Share(1, 4)
    assert found.tpir_at(0.0) == Share(1, 4)
    assert found.tpir_at(0.24) == Share(1, 4)
    assert found.tpir_at(0.25) == Share(2, 4)
    # 0.9 before all four, 0.4 before three, the two that are never right tie with one.
    assert found.area == (4 + 3 + 0.5 + 0.5) / 16
