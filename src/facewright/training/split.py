"""Which photos train and which are held out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def held_out_rows(labels: Sequence[str], share: float, seed: int) -> NDArray[np.bool_]:
    """Choose the photos to hold out, the same share of each label.

    At least one photo of a label always trains, and of three or more at least one is held out
    when `share` is above zero.

    Args:
        labels: Label of each photo, in a fixed order.
        share: Share to hold out, 0–0.5.
        seed: Seed of the choice.

    Returns:
        True where a photo is held out, bool [N].
    """
    names = np.asarray(labels)
    chosen = np.zeros(len(names), dtype=bool)
    generator = np.random.default_rng(seed)
    for label in sorted(set(labels)):
        rows = np.flatnonzero(names == label)
        chosen[generator.permutation(rows)[: _count(len(rows), share)]] = True
    return chosen


def _count(photos: int, share: float) -> int:
    if share == 0 or photos < 3:
        return 0
    return min(max(1, round(photos * share)), photos - 1)
