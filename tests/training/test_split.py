import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.training.split import held_out_rows

LABELS = ["a"] * 10 + ["b"] * 20 + ["c"] * 2 + ["d"]


def test_each_label_gives_the_same_share() -> None:
    held = held_out_rows(LABELS, 0.2, seed=1)
    counts = [int(held[np.array(LABELS) == label].sum()) for label in "abcd"]
    assert counts == [2, 4, 0, 0]


def test_the_seed_decides() -> None:
    first, again, other = (held_out_rows(LABELS, 0.2, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_share_of_nothing_holds_nothing_out() -> None:
    assert not held_out_rows(LABELS, 0, seed=1).any()


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60), st.floats(0, 0.5))
def test_something_of_each_label_always_trains(labels: list[str], share: float) -> None:
    held = held_out_rows(labels, share, seed=3)
    for label in set(labels):
        rows = np.array(labels) == label
        assert not held[rows].all()


@pytest.mark.parametrize("share", [0.01, 0.5])
def test_of_three_photos_one_is_held_out_at_least(share: float) -> None:
    assert 1 <= held_out_rows(["a"] * 3, share, seed=0).sum() <= 2
