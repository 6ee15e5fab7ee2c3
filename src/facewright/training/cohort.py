"""Generated strangers, for thresholds where there are almost no real ones."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from facewright.classifier.rejection import Vectors
from facewright.errors import FacewrightError
from facewright.training.embedding_cache import EmbeddingCache, Outcome
from facewright.training.examine import Examiner
from facewright.training.people import person, photo_bytes
from facewright.training.reporter import Reporter

Embed = Callable[[NDArray[np.uint8]], Vectors]

SEEDS = range(2000, 2060)
"""People who are nobody of the cast, so that a demo's people are strangers to them."""

_FORMAT = 1  # raised whenever these people would look different


def generated_strangers(
    embed: Embed,
    dimension: int,
    examiner: Examiner,
    cache: EmbeddingCache | None,
    reporter: Reporter,
) -> Vectors:
    """Return the embeddings of generated people, unit length, float32 [M, D].

    Args:
        embed: Embeds chips, uint8 [1, size, size, 3].
        dimension: Length of an embedding.
        examiner: Cuts the chips; one whose face the detector does not find is left out.
        cache: Keeps the embeddings; None when `embed` is a network of this run alone.
        reporter: Hears the progress.
    """
    outcomes = [
        _outcome(f"generated person {seed}, format {_FORMAT}", seed, embed, examiner, cache)
        for seed in reporter.track(SEEDS, "Drawing strangers to calibrate with", len(SEEDS))
    ]
    vectors = [outcome.vector for outcome in outcomes if outcome.vector is not None]
    return np.stack(vectors) if vectors else np.empty((0, dimension), np.float32)


def _outcome(
    key: str, seed: int, embed: Embed, examiner: Examiner, cache: EmbeddingCache | None
) -> Outcome:
    known = cache.get(key) if cache else None
    if known is not None:
        return known
    try:
        outcome = Outcome(embed(examiner.cut(photo_bytes(person(seed), 0))[None])[0])
    except FacewrightError as error:
        outcome = Outcome(None, error.message)
    if cache:
        cache.put({key: outcome})
    return outcome
