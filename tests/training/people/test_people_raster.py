import numpy as np

from facewright.training.people.fields import Floats
from facewright.training.people.scene.raster import Hits, grid_triangles, nearest, rasterise

SIZE = (20, 16)


def _grid(distance: float) -> Floats:
    """A tilted grid of 5 × 6 vertices inside a picture of `SIZE`."""
    row, column = np.mgrid[0:5, 0:6].astype(np.float32)
    x, y = 2.3 + 2.7 * column + 0.4 * row, 1.4 + 2.2 * row + 0.3 * column
    return np.stack([x, y, np.full_like(x, distance)], -1).reshape(-1, 3)


def _picture(hits: Hits) -> Floats:
    picture = np.zeros(SIZE[0] * SIZE[1], np.float32)
    picture[hits.pixel] = hits.distance
    return picture.reshape(SIZE[1], SIZE[0])


def test_neighbouring_triangles_leave_no_gaps() -> None:
    picture = _picture(rasterise(_grid(5), grid_triangles(5, 6), SIZE))
    for row in picture[(picture > 0).any(1)]:
        covered = np.flatnonzero(row)
        assert len(covered) == covered[-1] - covered[0] + 1


def test_values_at_vertices_are_interpolated() -> None:
    vertices = _grid(5)
    hits = rasterise(vertices, grid_triangles(5, 6), SIZE)
    places = hits.blend(vertices[:, :2])
    expected = np.stack([hits.pixel % SIZE[0], hits.pixel // SIZE[0]], -1)
    np.testing.assert_allclose(places, expected, atol=0.02)


def test_the_nearer_surface_hides_the_farther() -> None:
    vertices = np.concatenate([_grid(6), _grid(4)])
    triangles = np.concatenate([grid_triangles(5, 6), grid_triangles(5, 6) + 30])
    hits = rasterise(vertices, triangles, SIZE)
    assert set(hits.distance.round(3)) == {4.0}
    assert len(set(hits.pixel)) == len(hits.pixel)


def test_what_lies_outside_the_picture_is_left_out() -> None:
    vertices = _grid(5) + np.asarray([10, 9, 0], np.float32)
    hits = rasterise(vertices, grid_triangles(5, 6), SIZE)
    assert 0 < len(hits.pixel) < 60
    assert hits.pixel.max() < SIZE[0] * SIZE[1]


def test_nearest_of_nothing_is_nothing() -> None:
    assert len(nearest(np.empty(0, np.int64), np.empty(0, np.float32))) == 0
