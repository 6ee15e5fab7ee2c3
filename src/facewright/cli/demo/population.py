"""Who is in the demo: five people, others in `unknown`, and a stranger nobody has seen."""

from collections.abc import Callable
from pathlib import Path

from facewright.classifier.labels import UNKNOWN
from facewright.training.people import CAST, NAMES, Album, draw_many, person

_PEOPLE, _OTHERS, _STRANGERS = 5, 8, 2
_TRAINING = range(12)
_OTHERS_TRAINING = range(4)
_PROBES = range(12, 14)


def draw_population(images: Path, probes: Path, progress: Callable[[int, int], None]) -> None:
    """Draw the photos of the demo.

    Args:
        images: Gets a folder of twelve photos for each of five people, and `unknown` with four
            photos of each of eight others.
        probes: Gets other photos of the five, and of two people who are in neither.
        progress: Told after each photo.
    """
    known, rest = CAST[:_PEOPLE], CAST[_PEOPLE:]
    others, strangers = rest[:_OTHERS], rest[_OTHERS : _OTHERS + _STRANGERS]
    albums = [Album(images / NAMES[seed], person(seed), tuple(_TRAINING)) for seed in known]
    albums += [_among_unknown(images, seed, _OTHERS_TRAINING) for seed in others]
    albums += [Album(probes / NAMES[seed], person(seed), tuple(_PROBES)) for seed in known]
    albums += [_among_unknown(probes, seed, _PROBES) for seed in strangers]
    draw_many(albums, progress=progress)


def _among_unknown(folder: Path, seed: int, numbers: range) -> Album:
    return Album(folder / UNKNOWN, person(seed), tuple(numbers))
