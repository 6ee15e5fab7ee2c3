"""Embeddings kept between runs, by the content of the photo and all that made them.

A photo that was embedded once is not decoded again while the detector, the alignment and the
embedder stay the same. Photos without a face are remembered too, with the reason.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_TABLE = """
CREATE TABLE IF NOT EXISTS embedding (
    pipeline TEXT NOT NULL,
    photo TEXT NOT NULL,
    vector BLOB,
    reason TEXT,
    PRIMARY KEY (pipeline, photo)
) WITHOUT ROWID
"""


@dataclass(frozen=True)
class Outcome:
    """What became of a photo.

    Attributes:
        vector: Unit-length embedding of its largest face, float32 [D], or None.
        reason: Why there is none, or None.
    """

    vector: NDArray[np.float32] | None
    reason: str | None = None


class EmbeddingCache:
    """A file of outcomes.

    Args:
        path: SQLite file; made with its folder when missing.
        pipeline: Digest of all that turns a photo into an embedding.
    """

    def __init__(self, path: Path, pipeline: str) -> None:
        self._path = path
        self._pipeline = pipeline
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            connection.execute(_TABLE)

    def get(self, photo: str) -> Outcome | None:
        """Return what became of the photo with this digest, or None when it is new."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT vector, reason FROM embedding WHERE pipeline = ? AND photo = ?",
                (self._pipeline, photo),
            ).fetchone()
        if row is None:
            return None
        vector, reason = row
        return Outcome(None if vector is None else np.frombuffer(vector, "<f4"), reason)

    def put(self, outcomes: dict[str, Outcome]) -> None:
        """Keep outcomes by the digest of their photo, all of them or none."""
        rows = [
            (self._pipeline, photo, _blob(outcome.vector), outcome.reason)
            for photo, outcome in outcomes.items()
        ]
        with self._connection() as connection:
            connection.executemany("INSERT OR REPLACE INTO embedding VALUES (?, ?, ?, ?)", rows)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=60)) as connection, connection:
            yield connection


def _blob(vector: NDArray[np.float32] | None) -> bytes | None:
    return None if vector is None else vector.astype("<f4").tobytes()
