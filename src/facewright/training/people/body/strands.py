"""Single strands of hair, which cover the smooth shapes below and make their outline ragged."""

from dataclasses import dataclass

import numpy as np

from facewright.training.people.body.hair import CURTAIN_FOLLOW, fall_points
from facewright.training.people.body.head import hair_edge, hair_lift, outward, skull_points
from facewright.training.people.body.surface import stacked
from facewright.training.people.fields import Floats
from facewright.training.people.hairstyles import STYLES
from facewright.training.people.identity import Person

KNOTS = 14
"""Points from which a strand is drawn as a smooth curve."""

_ON_THE_HEAD, _HANGING = 900, 700
"""How many strands are drawn."""

_STREAM = 31


@dataclass(frozen=True)
class Strands:
    """Single hairs, or locks as thin as a pixel.

    Attributes:
        knots: float32 [strands, KNOTS, 3], from root to tip, head units.
        tint: Brightness of each strand as a factor, float32 [strands].
        follow: How much of the head's turn they take part in.
    """

    knots: Floats
    tint: Floats
    follow: float


def strands(person: Person) -> list[Strands]:
    """Grow the strands of a person; the same hair every day."""
    style = STYLES[person.hair.style]
    if style.volume == 0:
        return []
    generator = np.random.default_rng([_STREAM, person.seed])
    grown = [_over_the_head(person, generator)]
    if style.fall is not None:
        grown.append(_falling(person, style.fall, generator))
    return grown


def _over_the_head(person: Person, generator: np.random.Generator) -> Strands:
    """Comb strands from the crown to the edge of the hair."""
    style, count = STYLES[person.hair.style], _ON_THE_HEAD
    root_phi = generator.uniform(-1.9, 1.9, (count, 1)).astype(np.float32)
    along = np.linspace(0, 1, KNOTS, dtype=np.float32)[None]
    sway = generator.normal(0, 0.05, (count, 1)) * along
    phi = root_phi + sway.astype(np.float32)
    # Each begins somewhere on the way down and ends raggedly about the edge of the hair.
    edge = hair_edge(person, root_phi) + generator.normal(0, 0.035, (count, 1))
    end = np.arccos(np.clip(edge / person.skull.half_height, -0.99, 0.99)).astype(np.float32)
    start = end * generator.uniform(0.1, 0.75, (count, 1)).astype(np.float32)
    theta = start + (end - start) * along
    skull = skull_points(person.skull, theta, phi)
    above_edge = skull[..., 1] - hair_edge(person, phi)
    # A strand stands off the smooth shape a little, most in its middle.
    loose = 0.012 + 0.1 * style.volume * generator.random((count, 1)).astype(np.float32)
    lift = hair_lift(person, phi, above_edge) + loose * (0.4 + along * (1 - along) * 3)
    points = skull + outward(person.skull, skull) * lift[..., None]
    return Strands(_curled(points, style.curl, person, generator), _tints(count, generator), 1.0)


def _falling(person: Person, fall: float, generator: np.random.Generator) -> Strands:
    """Let strands hang beside and behind the face."""
    count = _HANGING
    side = generator.choice((-1.0, 1.0), (count, 1)).astype(np.float32)
    # More of them near the front edge, where they are seen one by one.
    behind = generator.random((count, 1)).astype(np.float32) ** 2
    end = fall + generator.normal(0, 0.06, (count, 1)).astype(np.float32)
    along = np.linspace(0, 1, KNOTS, dtype=np.float32)[None]
    y = 0.6 + (end - 0.6) * along
    stray = generator.normal(0, 0.02, (count, 1)) * (0.3 + along) + 0.012
    points = fall_points(person, y, side, behind * 0.8, stray.astype(np.float32))
    curl = STYLES[person.hair.style].curl
    return Strands(
        _curled(points, curl, person, generator), _tints(count, generator), CURTAIN_FOLLOW
    )


def _curled(points: Floats, curl: float, person: Person, generator: np.random.Generator) -> Floats:
    """Wind strands into springs, loose for wavy hair and tight for curls."""
    count = len(points)
    along = np.linspace(0, 1, KNOTS, dtype=np.float32)[None]
    phase = generator.uniform(0, 2 * np.pi, (count, 1)).astype(np.float32)
    turns = 2.5 + 16 * curl
    radius = 0.008 * person.hair.waviness + 0.035 * curl
    angle = phase + turns * along
    return points + radius * stacked(np.cos(angle), np.sin(angle), np.sin(angle))


def _tints(count: int, generator: np.random.Generator) -> Floats:
    return np.exp(generator.normal(0, 0.28, count)).astype(np.float32)
