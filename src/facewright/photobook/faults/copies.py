"""Photos that are in the folder more than once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from facewright.photobook.finding import Evidence, Finding, Severity
from facewright.photobook.fingerprint import Fingerprint, alike
from facewright.photobook.folder import Photo
from facewright.photobook.survey import Survey

WHOLE_LIMIT = 0.10
"""Whole photos that differ in fewer bits are copies. Of 265 real photos the two most alike differed
in 0.236, of 152 drawn ones in 0.156; copies at 60–150 % of the size and JPEG quality 50–80 differed
from their originals in 0.083 at most."""
CHIP_LIMIT = 0.075
"""The same for the aligned faces, which finds copies cut to another frame. Different photos of one
person differed in 0.080 and more."""


def faults_of_copies(survey: Survey) -> Iterator[Finding]:
    """Find photos that are the same file, and photos that are the same picture."""
    originals: dict[str, list[Photo]] = defaultdict(list)
    for photo, look in survey.looks.items():
        originals[look.digest].append(photo)
    for same in originals.values():
        if len(same) > 1:
            yield _finding("exact-duplicate", same, None)
    yield from _near(survey, [same[0] for same in originals.values()])


def _near(survey: Survey, photos: list[Photo]) -> Iterator[Finding]:
    whole = {
        photo: look.fingerprint
        for photo in photos
        if (look := survey.looks[photo]).fingerprint is not None
    }
    chips = {
        photo: look.face.fingerprint
        for photo in photos
        if (look := survey.looks[photo]).face is not None
    }
    pairs = [*_alike(whole, WHOLE_LIMIT), *_alike(chips, CHIP_LIMIT)]
    for group in groups((first, second) for first, second, _, _ in pairs):
        closest = min((pair for pair in pairs if pair[0] in group), key=lambda pair: pair[2])
        evidence = Evidence("share of bits that differ", closest[2], closest[3])
        yield _finding("near-duplicate", group, evidence)


def _alike(
    prints: dict[Photo, Fingerprint], limit: float
) -> Iterator[tuple[Photo, Photo, float, float]]:
    if not prints:
        return
    photos = list(prints)
    for i, j, share in alike(np.stack(list(prints.values())), limit):
        yield photos[i], photos[j], share, limit


def groups(pairs: Iterable[tuple[Photo, Photo]]) -> list[list[Photo]]:
    """Join pairs that share a photo into groups, each in its order."""
    group_of: dict[Photo, set[Photo]] = {}
    for first, second in pairs:
        joined = group_of.get(first, {first}) | group_of.get(second, {second})
        for photo in joined:
            group_of[photo] = joined
    unique = {id(group): group for group in group_of.values()}
    return sorted(sorted(group) for group in unique.values())


def _finding(code: str, photos: Sequence[Photo], evidence: Evidence | None) -> Finding:
    people = sorted({photo.person for photo in photos})
    what = "the same file" if code == "exact-duplicate" else "the same picture"
    if len(people) > 1:
        severity, where = Severity.ERROR, f"in the folders of {' and '.join(people)}"
    else:
        severity, where = Severity.WARNING, f"in the folder {len(photos)} times"
    first, *others = (photo.name for photo in photos)
    return Finding(
        severity, code, people[0], f"{what} is {where}", (first,), tuple(others), evidence
    )
