"""Series as lines of text."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from facewright.cli.plain import visible

if TYPE_CHECKING:
    from facewright.runs.reading import Point

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 40
_NOT_A_NUMBER = "·"


def chart_lines(series: Mapping[str, "Sequence[Point]"]) -> list[str]:
    """Return a line for each series: a small chart, the first and the last value.

    Args:
        series: Steps and values in order, by name.
    """
    width = max(map(len, series), default=0)
    return [f"{visible(name):<{width}}  {_line(points)}" for name, points in series.items()]


def _line(points: "Sequence[Point]") -> str:
    first, last = points[0], points[-1]
    return (
        f"{_bars(_thinned([point.value for point in points]))}  {first.value:.4g} → "
        f"{last.value:.4g}  (steps {first.step}–{last.step})"
    )


def _thinned(values: list[float]) -> list[float]:
    if len(values) <= _WIDTH:
        return values
    return [values[round(place * (len(values) - 1) / (_WIDTH - 1))] for place in range(_WIDTH)]


def _bars(values: list[float]) -> str:
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return _NOT_A_NUMBER * len(values)
    low, span = min(finite), (max(finite) - min(finite)) or 1.0
    return "".join(_bar((value - low) / span) for value in values)


def _bar(share: float) -> str:
    if not math.isfinite(share):
        return _NOT_A_NUMBER
    return _BARS[min(len(_BARS) - 1, int(share * len(_BARS)))]
