"""Exact search: what is found is what a plain product of float32 finds."""

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from facewright.errors import GalleryError
from facewright.gallery import coarse, index
from facewright.gallery.coarse import Coarse, product_model
from facewright.gallery.conflicts import conflicts
from facewright.gallery.index import Index
from facewright.gallery.person import Person, Vectors


def unit(rows: NDArray[np.float64]) -> Vectors:
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def some(count: int, dimension: int = 16, seed: int = 1) -> Vectors:
    return unit(np.random.default_rng(seed).standard_normal((count, dimension)))


def person(name: str, positives: Vectors, negatives: Vectors | None = None) -> Person:
    none = positives[:0]
    return Person(name, positives, (), none if negatives is None else negatives)


def plane(*degrees: float) -> Vectors:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@pytest.fixture(params=["plain", "coarse"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Search a small gallery both ways."""
    monkeypatch.setattr(index, "_COARSE_FROM", 0 if request.param == "coarse" else 10**9)


@pytest.mark.usefixtures("either")
def test_people_come_nearest_first_each_once() -> None:
    people = [person("far", plane(90, 80)), person("none", plane()), person("near", plane(20, 5))]
    hits = list(Index(people, 2).hits(plane(0)[0]))
    assert [(hit.name, hit.position) for hit in hits] == [("near", 1), ("far", 1)]
    assert hits[0].similarity == pytest.approx(np.cos(np.radians(5)))


@pytest.mark.usefixtures("either")
def test_a_match_names_the_runner_up() -> None:
    people = [person("a", plane(10, 30)), person("b", plane(60), negatives=plane(-70))]
    match = Index(people, 2).match(plane(0)[0])
    assert match is not None
    assert (match.name, match.runner_up, match.negative_similarity) == ("a", "b", None)
    assert match.similarity == pytest.approx(np.cos(np.radians(10)))
    assert match.centroid_similarity == pytest.approx(np.cos(np.radians(20)))
    assert match.runner_up_similarity == pytest.approx(0.5)


@pytest.mark.usefixtures("either")
def test_a_negative_pushes_a_look_alike_away() -> None:
    face = plane(20)[0]
    before = Index([person("a", plane(0)), person("b", plane(90))], 2)
    after = Index([person("a", plane(0), plane(25)), person("b", plane(90))], 2)
    assert [before.match(face).name, after.match(face).name] == ["a", "b"]  # type: ignore[union-attr]
    # Nearer to the person than to the look-alike, it is still the person.
    kept = after.match(plane(10)[0])
    assert kept is not None
    assert kept.name == "a"
    assert kept.negative_similarity == pytest.approx(np.cos(np.radians(15)))


@pytest.mark.usefixtures("either")
def test_nobody_is_left_when_negatives_are_nearer_or_nobody_is_stored() -> None:
    assert Index([person("a", plane(0), plane(25))], 2).match(plane(20)[0]) is None
    assert Index([], 2).match(plane(20)[0]) is None
    assert Index([person("a", plane(), plane(25))], 2).match_all(plane(20, 30)) == [None, None]


def test_negatives_of_somebody_without_photos_can_be_asked_for() -> None:
    found = Index([person("a", plane(), plane(30, 80))], 2)
    assert found.negative_similarity("a", plane(0)[0]) == pytest.approx(np.cos(np.radians(30)))
    assert found.negative_similarity("b", plane(0)[0]) is None


def test_a_vector_of_another_length_is_refused() -> None:
    with pytest.raises(GalleryError, match=r"expected \[2\], received \[3\]"):
        Index([person("a", plane(0))], 2).match(np.ones(3, np.float32))


def test_equal_photos_go_to_the_first() -> None:
    people = [person("a", plane(5)), person("b", plane(5))]
    name, position, similarity = next(Index(people, 2).hits(plane(0)[0]))
    assert (name, position) == ("a", 0)
    assert similarity == pytest.approx(np.cos(np.radians(5)))


@pytest.mark.parametrize("dimension", [1, 16, 128, 512])
def test_many_vectors_are_searched_exactly(dimension: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_COARSE_FROM", 0)
    monkeypatch.setattr(coarse, "_AT_ONCE", 1000)  # several blocks, the last one not full
    rows = some(4321, dimension)
    found = Index((person(str(n), rows[n : n + 1]) for n in range(len(rows))), dimension)
    for query in some(50, dimension, seed=2):
        hit = next(found.hits(query))
        best = (rows @ query).max()
        assert rows[int(hit.name)] @ query == pytest.approx(best, abs=1e-6)
        assert hit.similarity == pytest.approx(best, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.sampled_from([1, 2, 7, 128]))
def test_the_bound_holds_for_vectors_of_any_shape(seed: int, count: int, dimension: int) -> None:
    random = np.random.default_rng(seed)
    # Cubes and more make some numbers much larger than the others, down to one alone.
    rows, queries = (
        unit(random.standard_normal((n, dimension)) ** random.choice([1, 3, 9])) for n in (count, 3)
    )
    stored = Coarse(rows)
    for query in queries:
        near, error = stored.similarities(query)
        exact = rows.astype(np.float64) @ query.astype(np.float64)
        assert np.abs(near - exact).max() <= error


def test_the_hand_written_network_is_a_valid_one() -> None:
    model = onnx.load_from_string(product_model())
    onnx.checker.check_model(model, full_check=True)
    assert [node.op_type for node in model.graph.node] == ["MatMulInteger"]


def test_the_largest_products_do_not_overflow() -> None:
    # Processors without exact 8-bit products add pairs in 16 bits.
    rows = np.full((64, 128), 128**-0.5, np.float32)
    near, error = Coarse(np.concatenate([rows, -rows])).similarities(rows[0])
    assert np.abs(near[:64] - 1).max() <= error < 1e-3
    assert np.abs(near[64:] + 1).max() <= error


def test_a_photo_nearer_to_somebody_else_is_a_conflict() -> None:
    others = Index([person("Bruno", plane(60)), person("ada", plane(50))], 2)
    found = conflicts("Ada", plane(0, 10, 55), plane(5), others, alone=0.9)
    assert found[:2] == [None, None]
    assert found[2] is not None
    assert found[2].name == "Bruno"
    assert found[2].similarity == pytest.approx(np.cos(np.radians(5)))
    assert found[2].own == pytest.approx(np.cos(np.radians(45)))


def test_a_single_first_photo_is_measured_by_the_threshold() -> None:
    others = Index([person("Bruno", plane(60))], 2)
    assert conflicts("Ada", plane(0), plane(), others, alone=0.6) == [None]
    (found,) = conflicts("Ada", plane(0), plane(), others, alone=0.4)
    assert found is not None
    assert found.own is None
    assert conflicts("Ada", plane(0), plane(), Index([], 2), alone=0.4) == [None]
