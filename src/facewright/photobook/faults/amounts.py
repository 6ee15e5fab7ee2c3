"""Too few photos, too unequal, or of too few people."""

from collections.abc import Iterator
from pathlib import Path

from facewright.photobook.finding import Evidence, Finding, Severity
from facewright.photobook.folder import Listing, is_known
from facewright.photobook.survey import Survey

_LEAST, _ENOUGH = 2, 5
_MOST_RATIO = 3.0


def faults_of_amounts(survey: Survey) -> Iterator[Finding]:
    """Find folders with nothing, little or much more than others in them."""
    listing = survey.listing
    usable = usable_photos(survey)
    yield from _empty(listing)
    for person, count in usable.items():
        yield from _few(person, count)
    yield from _unbalanced({name: count for name, count in usable.items() if is_known(name)})
    yield from _alone(listing)
    yield from _passed_over(listing)


def usable_photos(survey: Survey) -> dict[str, int]:
    """Count the different photos with a face, for each folder that holds photos."""
    with_photos = dict.fromkeys(photo.person for photo in survey.listing.photos)
    digests: dict[str, set[str]] = {person: set() for person in with_photos}
    for photo in survey.rows:
        digests[photo.person].add(survey.looks[photo].digest)
    return {person: len(different) for person, different in digests.items()}


def _empty(listing: Listing) -> Iterator[Finding]:
    filled = {photo.person for photo in listing.photos}
    for person in listing.people:
        if person not in filled:
            yield Finding(Severity.WARNING, "empty-folder", person, "no photo in the folder")


def _few(person: str, count: int) -> Iterator[Finding]:
    least = _LEAST if is_known(person) else 1
    enough = _ENOUGH if is_known(person) else 1
    if count < enough:
        severity = Severity.ERROR if count < least else Severity.WARNING
        message = f"{count} usable {'photo' if count == 1 else 'photos'}"
        evidence = Evidence("usable photos", count, enough)
        yield Finding(severity, "too-few-photos", person, message, evidence=evidence)


def _unbalanced(usable: dict[str, int]) -> Iterator[Finding]:
    counts = {person: count for person, count in usable.items() if count}
    if len(counts) < 2:
        return
    least, most = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    ratio = counts[most] / counts[least]
    if ratio >= _MOST_RATIO:
        message = f"{most} has {counts[most]} usable photos, {least} only {counts[least]}"
        evidence = Evidence("most to least", ratio, _MOST_RATIO)
        yield Finding(Severity.NOTE, "unbalanced", "", message, evidence=evidence)


def _alone(listing: Listing) -> Iterator[Finding]:
    people = sorted({photo.person for photo in listing.photos})
    if len(people) == 1:
        message = f"expected photos of two people or more, found only those of {people[0]}"
        yield Finding(Severity.ERROR, "one-person-only", people[0], message)


def _passed_over(listing: Listing) -> Iterator[Finding]:
    files: dict[str, list[Path]] = {}
    for file in listing.passed_over:
        files.setdefault(file.person, []).append(file.path)
    for person, paths in files.items():
        named = ", ".join(path.name for path in paths[:3]) + (" …" if len(paths) > 3 else "")
        message = f"training does not look at {named}"
        evidence = Evidence("files", len(paths))
        yield Finding(Severity.NOTE, "passed-over", person, message, evidence=evidence)
