import numpy as np
from numpy.testing import assert_allclose

from facewright.training.people.fields import TILE, bump, grain_tile, sample, smoothstep, spline


def test_smoothstep_rises_between_its_ends_and_stays_there() -> None:
    value = np.asarray([-1.0, 0.0, 0.5, 1.0, 2.0], np.float32)
    assert_allclose(smoothstep(0, 1, value), [0, 0, 0.5, 1, 1])
    assert_allclose(smoothstep(1, 0, value), [1, 1, 0.5, 0, 0])


def test_bump_is_one_at_its_centre() -> None:
    x, y = np.asarray([0.2, 0.3]), np.asarray([0.1, 0.1])
    assert_allclose(bump(x, y, (0.2, 0.1), (0.1, 0.5)), [1, np.exp(-1)])


def test_sample_returns_the_texel_and_repeats() -> None:
    tile = grain_tile(np.random.default_rng(0))
    u, v = np.asarray([3, 3 + TILE]) / TILE, np.asarray([5, 5 - TILE]) / TILE
    assert_allclose(sample(tile, u, v), [tile[5, 3]] * 2)


def test_a_grain_tile_has_no_seam() -> None:
    tile = grain_tile(np.random.default_rng(0))
    across_the_seam = np.abs(tile[:, 0] - tile[:, -1]).mean()
    assert across_the_seam < 1.5 * np.abs(np.diff(tile, axis=1)).mean()


def test_a_spline_of_equal_knots_is_flat() -> None:
    assert_allclose(spline(6, 40) @ np.full(6, 2.5, np.float32), np.full(40, 2.5), rtol=1e-5)
