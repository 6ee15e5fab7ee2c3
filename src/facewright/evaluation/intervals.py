"""95 % intervals of means over folds and of areas under ROC curves."""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist, mean, stdev

Interval = tuple[float, float]
"""Low and high end, fractions of 1."""

_Z = NormalDist().inv_cdf(0.975)
# Student's t at 97.5 % for 1 to 30 degrees of freedom: Fisher & Yates, *Statistical Tables* (1963).
_STUDENT = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
)  # fmt: skip
_BISECTIONS = 60


def standard_error(values: Sequence[float]) -> float:
    """Return the standard error of a mean, as the LFW protocol reports it; takes two values."""
    return stdev(values) / math.sqrt(len(values))


def of_mean(values: Sequence[float]) -> Interval:
    """Return the interval of the mean of folds, by Student's t, cut to 0–1.

    Args:
        values: Two or more shares.
    """
    half = student(len(values) - 1) * standard_error(values)
    return max(0.0, mean(values) - half), min(1.0, mean(values) + half)


def student(degrees: int) -> float:
    """Return Student's t at 97.5 %.

    Above 30 degrees of freedom by its expansion around the normal quantile: Abramowitz & Stegun,
    *Handbook of Mathematical Functions* (1964), 26.7.5.
    """
    if degrees <= len(_STUDENT):
        return _STUDENT[degrees - 1]
    first = (_Z**3 + _Z) / 4
    second = (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / 96
    return _Z + first / degrees + second / degrees**2


def of_area(area: float, same: int, different: int) -> Interval:
    """Return the interval of an area under a ROC curve.

    Newcombe, *Confidence intervals for an effect size measure based on the Mann–Whitney statistic.
    Part 2* (Statistics in Medicine 2006), method 5: a score interval which, like Wilson's, keeps
    its width when the area is 1. DeLong's and a bootstrap's shrink to a point there.

    Args:
        area: The area, 0–1.
        same: How many scores should be high, at least 1.
        different: How many should be low, at least 1.
    """

    def within(value: float) -> bool:
        return (area - value) ** 2 <= _Z**2 * _area_variance(value, same, different)

    return _edge(area, 0.0, within), _edge(area, 1.0, within)


def _area_variance(area: float, same: int, different: int) -> float:
    more = (same + different) / 2 - 1
    spread = 1 + more * ((1 - area) / (2 - area) + area / (1 + area))
    return area * (1 - area) * spread / (same * different)


def _edge(inside: float, outside: float, within: Callable[[float], bool]) -> float:
    if within(outside) and outside != inside:
        return outside
    for _ in range(_BISECTIONS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if within(middle) else (inside, middle)
    return inside
