"""Whether the faces a service sees are still like those its model was trained for.

Two things are looked at, day by day and altogether, in the answers a `Collector` kept.

The **unknown rate**: the share of faces that were given no name, with Wilson's 95 % interval. How
many strangers a service should see nobody knows, so recent days are compared with earlier ones, and
have drifted when the two intervals lie apart.

The **similarity** of named faces to their person. Training kept the median of what it should be,
measured on photos it had set aside, so the sign test applies: of faces like those, half lie below
(Conover, *Practical Nonparametric Statistics*, 1999, 3.4). Its interval is of the share below the
median; when all of it lies above a half, faces have become less like what was learned.
"""

import csv
import datetime
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Literal

from facewright.classifier.metrics import wilson
from facewright.errors import ServiceError
from facewright.serving.collector import plain_name

FEWEST = 30
"""With fewer faces than this on a side, nothing is said about it."""

Verdict = Literal["steady", "drifted", "too few faces"]
Interval = tuple[float, float]

_LONGEST_FIELD = 20_000
_MARGIN = 0.1


@dataclass(frozen=True)
class CollectedFace:
    """A face as it was answered.

    Attributes:
        day: When, in UTC.
        similarity: Cosine to the nearest person, or None when it was not measured.
        unknown: Whether it got no name.
    """

    day: datetime.date
    similarity: float | None
    unknown: bool


@dataclass(frozen=True)
class Span:
    """The faces of a day, or of several.

    Attributes:
        since: First day.
        until: Last day.
        faces: How many.
        named: How many of them got a name.
        unknown_rate: Share without a name.
        unknown_interval: Its 95 % interval.
        similarity: Median similarity of the named faces; None without any.
        below_median: Share of the named faces below the median of training; None when either is
            not known.
        below_interval: Its 95 % interval.
    """

    since: datetime.date
    until: datetime.date
    faces: int
    named: int
    unknown_rate: float
    unknown_interval: Interval
    similarity: float | None
    below_median: float | None
    below_interval: Interval | None


@dataclass(frozen=True)
class Drift:
    """What was found.

    Attributes:
        similarity: Whether named faces are as like their people as in training.
        unknown: Whether strangers are as frequent lately as before.
        trained_median: What training measured, or None.
        threshold: Least similarity at which a person is named.
        words: Both verdicts in words, with their numbers.
        whole: All faces.
        earlier: All but the recent days.
        recent: The recent days.
        days: Each day.
    """

    similarity: Verdict
    unknown: Verdict
    trained_median: float | None
    threshold: float
    words: tuple[str, ...]
    whole: Span
    earlier: Span | None
    recent: Span
    days: tuple[Span, ...]


def read_collected(folder: Path, service: str | None = None) -> list[CollectedFace]:
    """Return the faces below a folder of collected answers, in the order of their days.

    Args:
        folder: What `--collect-model-data` was given, or a folder below it.
        service: Its name; all services' when left out.

    Raises:
        ServiceError: There are none, or a file is not one that a collector wrote.
    """
    if service is not None:
        folder = folder / plain_name(service)
    files = sorted(folder.glob("**/faces/*/*/*/data.csv"))
    faces = [face for path in files for face in _read(path)]
    if not faces:
        raise ServiceError(
            f"no answers of faces are collected in {folder}",
            hint="start the service with `--collect-model-data DIR`, and give that folder",
        )
    return sorted(faces, key=lambda face: face.day)


def measure_drift(
    faces: Sequence[CollectedFace],
    threshold: float,
    evidence: Mapping[str, object],
    recent_days: int = 7,
) -> Drift:
    """Compare collected faces with what training knew, and recent ones with earlier ones.

    Args:
        faces: One or more, in the order of their days.
        threshold: From the model's recognition contract.
        evidence: What it was set from.
        recent_days: How many days, the last one included, are recent.
    """
    known = evidence.get("own_median")
    trained = float(known) if isinstance(known, int | float) else None
    turn = faces[-1].day - datetime.timedelta(days=recent_days)
    before = [face for face in faces if face.day <= turn]
    recent = _span(faces[len(before) :], trained)
    earlier = _span(before, trained) if before else None
    likeness, likeness_words = _likeness(recent, trained)
    strangers, stranger_words = _strangers(earlier, recent)
    return Drift(
        similarity=likeness,
        unknown=strangers,
        trained_median=trained,
        threshold=threshold,
        words=(likeness_words, stranger_words),
        whole=_span(faces, trained),
        earlier=earlier,
        recent=recent,
        days=tuple(_span([*day], trained) for _, day in groupby(faces, lambda face: face.day)),
    )


def _likeness(span: Span, trained: float | None) -> tuple[Verdict, str]:
    if trained is None:
        return "too few faces", "similarity: the model does not say what training measured"
    if span.below_interval is None or span.named < FEWEST:
        return "too few faces", f"similarity: {span.named} named faces; expected {FEWEST} or more"
    low, high = span.below_interval
    words = (
        f"similarity: median {span.similarity:.3f}, in training {trained:.3f}; "
        f"{span.below_median:.1%} of {span.named} named faces lie below that "
        f"(95 %: {low:.1%} to {high:.1%}), half would"
    )
    # Any difference shows in enough faces; a tenth more than half is one that matters.
    return ("drifted" if low > 0.5 + _MARGIN else "steady"), words


def _strangers(earlier: Span | None, recent: Span) -> tuple[Verdict, str]:
    if earlier is None or min(earlier.faces, recent.faces) < FEWEST:
        before_faces = earlier.faces if earlier else 0
        return "too few faces", (
            f"unknown: {before_faces} earlier and {recent.faces} recent faces; "
            f"expected {FEWEST} or more of each"
        )
    before, now = earlier.unknown_interval, recent.unknown_interval
    apart = now[0] > before[1] or now[1] < before[0]
    words = (
        f"unknown: {recent.unknown_rate:.1%} of {recent.faces} recent faces "
        f"(95 %: {now[0]:.1%} to {now[1]:.1%}), before {earlier.unknown_rate:.1%} of "
        f"{earlier.faces} ({before[0]:.1%} to {before[1]:.1%})"
    )
    return ("drifted" if apart else "steady"), words


def _span(faces: Sequence[CollectedFace], trained: float | None) -> Span:
    unknown = sum(face.unknown for face in faces)
    named = [face.similarity for face in faces if not face.unknown and face.similarity is not None]
    below = sum(each < trained for each in named) if trained is not None else 0
    compared = bool(named) and trained is not None
    return Span(
        since=faces[0].day,
        until=faces[-1].day,
        faces=len(faces),
        named=len(faces) - unknown,
        unknown_rate=unknown / len(faces),
        unknown_interval=wilson(unknown, len(faces)),
        similarity=median(named) if named else None,
        below_median=below / len(named) if compared else None,
        below_interval=wilson(below, len(named)) if compared else None,
    )


def _read(path: Path) -> Iterator[CollectedFace]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            yield from _faces(csv.DictReader(_bounded(file)))
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise ServiceError(
            f"{path} is not a file of collected answers: {type(error).__name__}: {error}"
        ) from error


def _faces(rows: Iterable[dict[str, str]]) -> Iterator[CollectedFace]:
    for row in rows:
        moment = datetime.datetime.fromisoformat(row["$Timestamp"])
        similarity = float(row["similarity"]) if row["similarity"] else None
        if similarity is not None and not math.isfinite(similarity):
            raise ValueError("a similarity is not a number")
        if row["unknown"] not in ("True", "False"):
            raise ValueError(f"unknown is {row['unknown'][:20]!r}")
        yield CollectedFace(moment.date(), similarity, row["unknown"] == "True")


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if len(line) > _LONGEST_FIELD:
            raise ValueError("a line is too long")
        yield line
