"""Who a face is nearest to: exact search over everybody's embeddings, in memory."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.errors import GalleryError
from facewright.gallery.coarse import Coarse
from facewright.gallery.person import Person, Vectors

# Below this many rows a float32 product is quicker than preparing anything.
_COARSE_FROM = 20_000


class Match(NamedTuple):
    """The person a face is nearest to.

    Attributes:
        name: The person; the nearest one whose negatives are not nearer still.
        similarity: Cosine to the nearest of the person's photos.
        centroid_similarity: Cosine to the mean of the person's photos, which compares with the
            threshold of a model file.
        negative_similarity: Cosine to the nearest of the person's negatives; None without any.
        runner_up: The next such person; None when there is none.
        runner_up_similarity: Cosine to the nearest of the runner-up's photos; None as above.
    """

    name: str
    similarity: float
    centroid_similarity: float
    negative_similarity: float | None
    runner_up: str | None
    runner_up_similarity: float | None


class Hit(NamedTuple):
    """One stored photo of one person.

    Attributes:
        name: The person.
        position: Which of the person's photos.
        similarity: Cosine to it.
    """

    name: str
    position: int
    similarity: float


class Index:
    """Embeddings of many people.

    Searching changes nothing, so threads may share an index.

    Example:
        >>> index = Index(gallery.people(), 128)        # doctest: +SKIP
        >>> index.match(vector).name                    # doctest: +SKIP
        'Ada'

    Args:
        people: Everybody; those without photos are kept for their negatives.
        dimension: Length of the embeddings.
    """

    def __init__(self, people: Iterable[Person], dimension: int) -> None:
        self._names: list[str] = []
        self._negatives: dict[str, Vectors] = {}
        blocks: list[Vectors] = []
        for person in people:
            self._names.append(person.name)
            blocks.append(person.positives)
            if len(person.negatives):
                self._negatives[person.name] = person.negatives
        self._vectors = np.concatenate([np.zeros((0, dimension), np.float32), *blocks])
        # A name for the Nth person, who has the rows from starts[N] up to starts[N + 1].
        self._starts = np.cumsum([0, *map(len, blocks)])
        self._numbers = {name: number for number, name in enumerate(self._names)}
        self._coarse = Coarse(self._vectors) if len(self) >= _COARSE_FROM else None

    def __len__(self) -> int:
        """Return how many photos are stored."""
        return len(self._vectors)

    @property
    def nbytes(self) -> int:
        """Memory of the stored numbers."""
        return self._vectors.nbytes + (self._coarse.nbytes if self._coarse else 0)

    @property
    def names(self) -> tuple[str, ...]:
        """Everybody's names, in the order they were given."""
        return tuple(self._names)

    def match(self, vector: NDArray[np.float32]) -> Match | None:
        """Return the person a face is nearest to; how near is near enough is not decided here.

        Args:
            vector: Unit length, float32 [D].

        Returns:
            None when nobody is stored, or everybody's negatives are nearer than their photos.
        """
        fitting = self._fitting(vector)
        best = next(fitting, None)
        if best is None:
            return None
        second = next(fitting, None)
        return Match(
            name=best.name,
            similarity=best.similarity,
            centroid_similarity=self.centroid_similarity(best.name, vector),
            negative_similarity=self.negative_similarity(best.name, vector),
            runner_up=second.name if second else None,
            runner_up_similarity=second.similarity if second else None,
        )

    def match_all(self, vectors: Vectors) -> list[Match | None]:
        """Return `match` for each row of float32 [Q, D]."""
        return [self.match(vector) for vector in vectors]

    def hits(self, vector: NDArray[np.float32]) -> Iterator[Hit]:
        """Yield each person's nearest photo, the nearest person first; negatives do not count.

        Args:
            vector: Unit length, float32 [D].

        Raises:
            GalleryError: A vector of another length.
        """
        query = self._checked(vector)
        near, error = self._similarities(query)
        for _ in range(np.count_nonzero(np.diff(self._starts))):
            row, similarity = self._best(query, near, error)
            person = int(np.searchsorted(self._starts, row, side="right")) - 1
            start, end = self._starts[person : person + 2]
            yield Hit(self._names[person], row - int(start), similarity)
            near[start:end] = -np.inf

    def negative_similarity(self, name: str, vector: NDArray[np.float32]) -> float | None:
        """Return the cosine to the nearest of a person's negatives; None without any."""
        negatives = self._negatives.get(name)
        return None if negatives is None else float((negatives @ vector).max())

    def centroid_similarity(self, name: str, vector: NDArray[np.float32]) -> float:
        """Return the cosine to the mean of a stored person's photos."""
        person = self._numbers[name]
        mean = self._vectors[self._starts[person] : self._starts[person + 1]].mean(axis=0)
        return float(mean @ vector / max(float(np.linalg.norm(mean)), 1e-12))

    def _fitting(self, vector: NDArray[np.float32]) -> Iterator[Hit]:
        for hit in self.hits(vector):
            negative = self.negative_similarity(hit.name, vector)
            if negative is None or hit.similarity > negative:
                yield hit

    def _similarities(self, query: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
        if self._coarse is None:
            return self._vectors @ query, 1e-5
        return self._coarse.similarities(query)

    def _best(
        self, query: NDArray[np.float32], near: NDArray[np.float32], error: float
    ) -> tuple[int, float]:
        # Whatever is nearest lies within the error of its own value and of the largest one's.
        rows = np.flatnonzero(near >= near.max() - 2 * error)
        exact = self._vectors[rows].astype(np.float64) @ query.astype(np.float64)
        best = int(np.argmax(exact))
        return int(rows[best]), float(exact[best])

    def _checked(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        query = np.asarray(vector, dtype=np.float32)
        if query.shape != self._vectors.shape[1:]:
            raise GalleryError(
                f"an embedding of another kind: expected [{self._vectors.shape[1]}], "
                f"received {list(query.shape)}"
            )
        return query
