import numpy as np
import pytest

from facewright.classifier.metrics import accuracy, confusion_matrix, scores

TRUTH = ["a", "a", "a", "b", "b", "c"]
ANSWERS = ["a", "a", "b", "b", "b", "a"]


def test_accuracy_is_the_share_of_right_answers() -> None:
    assert accuracy(TRUTH, ANSWERS) == pytest.approx(4 / 6)


def test_rows_are_shown_and_columns_answered() -> None:
    matrix = confusion_matrix(TRUTH, ANSWERS, ["a", "b", "c"])
    assert np.array_equal(matrix, [[2, 1, 0], [0, 2, 0], [1, 0, 0]])


def test_precision_and_recall_of_each_label() -> None:
    labels = ["a", "b", "c", "d"]
    found = {
        score.label: score for score in scores(confusion_matrix(TRUTH, ANSWERS, labels), labels)
    }
    assert (found["a"].precision, found["a"].recall) == (2 / 3, 2 / 3)
    assert (found["b"].precision, found["b"].recall) == (2 / 3, 1)
    assert (found["c"].precision, found["c"].recall) == (None, 0)
    assert (found["d"].precision, found["d"].recall, found["d"].photos) == (None, None, 0)
