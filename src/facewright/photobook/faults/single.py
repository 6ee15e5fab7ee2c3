"""What can be wrong with one photo, whoever is in it."""

from collections.abc import Iterator

from facewright.faces.face import Box
from facewright.faces.quality import STANDARD, STRICT, Quality
from facewright.photobook.finding import Evidence, Finding, Severity
from facewright.photobook.folder import Photo
from facewright.photobook.look import Look
from facewright.photobook.survey import Survey

_RIVAL = 0.5  # edge of the second face as a share of the first's, from which it may be meant


def faults_of_photos(survey: Survey) -> Iterator[Finding]:
    """Find photos that are broken, without one clear face, or hard to see anything in."""
    for photo, look in survey.looks.items():
        yield from _faults(photo, look)


def _faults(photo: Photo, look: Look) -> Iterator[Finding]:
    if look.unreadable:
        yield _finding(Severity.ERROR, "unreadable", photo, look.unreadable)
    elif look.face is None:
        yield _finding(Severity.WARNING, "no-face", photo, "no face was found")
    else:
        if len(look.boxes) > 1:
            yield _several(photo, look.boxes)
        yield from _hard_to_see(photo, look.face.quality)


def _several(photo: Photo, boxes: tuple[Box, ...]) -> Finding:
    share = (boxes[1].area / boxes[0].area) ** 0.5
    first = boxes[0]
    message = (
        f"{len(boxes)} faces; training takes the largest, {first.width} pixels wide "
        f"at {first.left}, {first.top}"
    )
    severity = Severity.WARNING if share >= _RIVAL else Severity.NOTE
    evidence = Evidence("second face's size as a share of the first's", share, _RIVAL)
    return _finding(severity, "several-faces", photo, message, evidence)


def _hard_to_see(photo: Photo, quality: Quality) -> Iterator[Finding]:
    """Measure light by the strict gate: what the standard one refuses is hardly seen as a face."""
    darkest, lightest = STRICT.brightness
    measured = (
        ("tiny-face", "tiny", "pixels across", quality.face_pixels, STANDARD.face_pixels, 1),
        ("blurred", "blurred", "sharpness", quality.sharpness, STANDARD.sharpness, 1),
        ("dark", "too dark", "brightness", quality.brightness, darkest, 1),
        ("blown-out", "overexposed", "brightness", quality.brightness, lightest, -1),
    )
    for code, fault, name, value, limit, sign in measured:
        if value * sign < limit * sign:
            evidence = Evidence(name, value, limit)
            yield _finding(Severity.WARNING, code, photo, f"the face is {fault}", evidence)


def _finding(
    severity: Severity, code: str, photo: Photo, message: str, evidence: Evidence | None = None
) -> Finding:
    return Finding(severity, code, photo.person, message, (photo.name,), evidence=evidence)
