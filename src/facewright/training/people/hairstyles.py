"""The haircuts: where hair begins round the head, how far it stands out, how far it falls."""

from dataclasses import dataclass

AZIMUTHS = (0.0, 30.0, 52.0, 66.0, 76.0, 92.0, 120.0, 180.0)
"""Degrees from the front at which a style says where hair begins."""


@dataclass(frozen=True)
class Style:
    """A haircut.

    Attributes:
        front: Lowest hair at the first three azimuths, above the person's hairline.
        side: Lowest hair at the other azimuths, in head units.
        volume: How far the hair stands out from the skull.
        fringe: Whether `front` is in head units instead, hanging over the forehead.
        fall: Height down to which loose hair hangs, or None when none does.
        curl: 0 is straight, 1 is tight curls.
    """

    front: tuple[float, float, float]
    side: tuple[float, float, float, float, float]
    volume: float
    fringe: bool = False
    fall: float | None = None
    curl: float = 0.0


_ROUND_THE_EAR = (0.28, -0.1, 0.05, -0.6, -0.7)
_OVER_THE_EAR = (0.20, -0.35, -0.7, -0.9, -0.9)

STYLES: dict[str, Style] = {
    "bald": Style((9.0, 9.0, 9.0), (9.0, 9.0, 9.0, 9.0, 9.0), 0.0),
    "crop": Style((0.0, 0.03, -0.08), _ROUND_THE_EAR, 0.03),
    "recede": Style((0.30, 0.28, 0.20), (0.25, -0.02, 0.1, -0.6, -0.7), 0.05),
    "short": Style((0.0, 0.03, -0.1), _ROUND_THE_EAR, 0.13),
    "fringe": Style((0.44, 0.43, 0.40), (0.26, -0.1, 0.0, -0.6, -0.7), 0.11, fringe=True),
    "curls": Style((0.02, 0.03, -0.08), (0.3, -0.05, 0.0, -0.6, -0.7), 0.2, curl=0.6),
    "afro": Style((0.0, 0.0, -0.12), (0.3, -0.05, 0.0, -0.6, -0.7), 0.32, curl=1.0),
    "long": Style((0.0, 0.02, -0.12), _OVER_THE_EAR, 0.10, fall=-1.5),
    "long fringe": Style((0.42, 0.42, 0.38), _OVER_THE_EAR, 0.12, fringe=True, fall=-1.35),
    "bob": Style((0.02, 0.02, -0.1), _OVER_THE_EAR, 0.13, fall=-0.85),
    "tied": Style((0.02, 0.03, -0.06), (0.3, 0.0, 0.1, -0.6, -0.7), 0.04),
}

FEMININE_STYLES = ("long", "long fringe", "bob", "fringe", "afro", "short", "tied", "curls")
MASCULINE_STYLES = ("short", "bald", "recede", "crop", "afro", "fringe", "curls")
