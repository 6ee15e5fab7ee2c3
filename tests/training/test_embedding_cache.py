import sqlite3
from pathlib import Path

import numpy as np
import pytest

from facewright.training.embedding_cache import EmbeddingCache, Outcome


def test_an_embedding_comes_back_as_it_was(tmp_path: Path) -> None:
    vector = np.linspace(-1, 1, 128, dtype=np.float32)
    EmbeddingCache(tmp_path / "c.sqlite", "p").put({"photo": Outcome(vector)})
    kept = EmbeddingCache(tmp_path / "c.sqlite", "p").get("photo")
    assert kept is not None
    assert kept.vector is not None
    assert np.array_equal(kept.vector, vector)
    assert kept.reason is None


def test_a_photo_without_a_face_is_remembered_with_the_reason(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "c.sqlite", "p")
    cache.put({"photo": Outcome(None, "no face")})
    assert cache.get("photo") == Outcome(None, "no face")


def test_another_pipeline_knows_nothing_of_it(tmp_path: Path) -> None:
    EmbeddingCache(tmp_path / "c.sqlite", "p").put({"photo": Outcome(None, "no face")})
    assert EmbeddingCache(tmp_path / "c.sqlite", "q").get("photo") is None


def test_outcomes_are_kept_together_or_not_at_all(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "c.sqlite", "p")
    bad = {"first": Outcome(None, "x"), "second": Outcome(None, object())}  # type: ignore[arg-type]
    with pytest.raises(sqlite3.Error):
        cache.put(bad)
    assert cache.get("first") is None
