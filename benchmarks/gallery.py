"""Compare the search of a gallery with NumPy's plain float32 product, on the same vectors.

Run ``python benchmarks/gallery.py``. Both take turns in one process, so that the ratio holds on a
machine whose speed drifts. Random vectors are the hardest case: everybody is nearly as far away.
Times are wall-clock, as a caller waits; NumPy may use all cores, the gallery uses one. Medians and
the slowest of all are shown; the goal is for the median.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facewright.gallery.gallery import Gallery
from facewright.gallery.index import Index
from facewright.gallery.person import Person
from facewright.system.digest import of_text

GOAL_MS = 50.0
_DIMENSION = 128
_PHOTOS = 20
_AGREE = 1e-6  # similarities as float32 sums them

Vectors = NDArray[np.float32]


def main() -> None:
    """Measure and print a table."""
    options = _options()
    vectors, queries = random_vectors(options.faces, 1), random_vectors(options.queries, 2)
    start = time.perf_counter()
    index = Index(people(vectors), _DIMENSION)
    built = time.perf_counter() - start
    print(f"{len(index)} faces of {len(index.names)} people, {_DIMENSION} numbers each")
    print(f"built in {built:.1f} s; {_mb(index.nbytes)} in memory, {_mb(vectors.nbytes)} for NumPy")
    times, same = compare(index, vectors, queries)
    print(f"{'':>28}  {'median ms':>9}  {'slowest':>8}")
    for name, taken in times.items():
        print(f"{name:>28}  {statistics.median(taken):>9.1f}  {max(taken):>8.1f}")
    plain, ours = (statistics.median(times[name]) for name in ("NumPy float32", "top hit"))
    print(f"ratio {plain / ours:.1f}×, the same top hit for {same} of {len(queries)} queries")
    print(f"goal of {GOAL_MS:.0f} ms with all the same: {_verdict(ours, same, len(queries))}")
    _loading(options.stored)


def random_vectors(count: int, seed: int) -> Vectors:
    """Return unit-length vectors, float32 [count, 128]."""
    rows = np.random.default_rng(seed).standard_normal((count, _DIMENSION), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def people(vectors: Vectors) -> Iterator[Person]:
    """Yield people with 20 of the vectors each."""
    for start in range(0, len(vectors), _PHOTOS):
        yield Person(str(start), vectors[start : start + _PHOTOS], (), vectors[:0])


def compare(index: Index, vectors: Vectors, queries: Vectors) -> tuple[dict[str, list[float]], int]:
    """Return the milliseconds of each search by name, and how often the top hits are the same."""
    searches: dict[str, Callable[[Vectors], int]] = {
        "NumPy float32": lambda query: int((vectors @ query).argmax()),
        "top hit": lambda query: _row(index, query),
        "match with runner-up": lambda query: len(index.match(query) or ()),
    }
    times: dict[str, list[float]] = {name: [] for name in searches}
    same = 0
    for query in queries:
        found = {}
        for name, search in searches.items():
            start = time.perf_counter()
            found[name] = search(query)
            times[name].append((time.perf_counter() - start) * 1000)
        plain, ours = (vectors[found[name]] @ query for name in ("NumPy float32", "top hit"))
        same += bool(abs(plain - ours) <= _AGREE)
    return times, same


def _row(index: Index, query: Vectors) -> int:
    hit = next(index.hits(query))
    return int(hit.name) + hit.position


def _loading(faces: int) -> None:
    vectors = random_vectors(faces, 3)
    with tempfile.TemporaryDirectory() as name:
        gallery = Gallery.open(Path(name) / "gallery", "benchmark", _DIMENSION)
        start = time.perf_counter()
        for person in people(vectors):
            digests = [of_text(f"{person.name} {number}") for number in range(_PHOTOS)]
            gallery.add(person.name, person.positives, digests)
        added = time.perf_counter() - start
        start = time.perf_counter()
        index = Index(gallery.people(), _DIMENSION)
        read = time.perf_counter() - start
    count = len(index.names)
    print(f"a stored person of {_PHOTOS} photos: {added / count * 1e3:.2f} ms to add, ", end="")
    print(f"{read / count * 1e3:.2f} ms to read ({len(index) / read:,.0f} faces a second)")


def _verdict(median: float, same: int, queries: int) -> str:
    return "reached" if median < GOAL_MS and same == queries else "missed"


def _mb(count: int) -> str:
    return f"{count / 1e6:.0f} MB"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=int, default=1_000_000, help="vectors searched")
    parser.add_argument("--queries", type=int, default=100, help="searches of each kind")
    parser.add_argument("--stored", type=int, default=20_000, help="vectors written and read")
    return parser.parse_args()


if __name__ == "__main__":
    main()
