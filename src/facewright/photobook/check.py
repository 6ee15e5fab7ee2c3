"""The dataset doctor: looks at a folder of photos before anything is trained on it."""

from facewright.embedders.embedder import Embedder
from facewright.photobook.faults.amounts import faults_of_amounts, usable_photos
from facewright.photobook.faults.copies import faults_of_copies
from facewright.photobook.faults.identity import faults_of_identity, identify
from facewright.photobook.faults.single import faults_of_photos
from facewright.photobook.finding import worst_first
from facewright.photobook.folder import Listing
from facewright.photobook.report import PersonCount, Report
from facewright.photobook.survey import DetectorChoice, Survey, Tracker, survey


def check_photos(
    listing: Listing,
    embedder: Embedder,
    detector: DetectorChoice,
    tracker: Tracker,
    workers: int = 1,
) -> Report:
    """Examine a training folder.

    Example::

        listing = list_folder(Path("photos"))
        report = check_photos(listing, embedder, DetectorChoice("hog"), console)

    Args:
        listing: The folder's photos, from `list_folder`.
        embedder: The network that training will use.
        detector: The detector that training will use.
        tracker: Shows the progress.
        workers: How many processes look at photos when there are many.
    """
    seen = survey(listing, embedder, detector, tracker, workers)
    identities = identify(seen, embedder.name)
    findings = [
        *faults_of_photos(seen),
        *faults_of_copies(seen),
        *faults_of_identity(identities),
        *faults_of_amounts(seen),
    ]
    return Report(
        folder=listing.folder,
        embedder=embedder.name,
        detector=detector.name,
        people=_counts(seen),
        limits=identities.limits,
        findings=tuple(worst_first(findings)),
        boxes={photo.name: look.boxes[0] for photo, look in seen.looks.items() if look.boxes},
    )


def _counts(seen: Survey) -> tuple[PersonCount, ...]:
    usable = usable_photos(seen)
    photos = [photo.person for photo in seen.listing.photos]
    return tuple(
        PersonCount(person, photos.count(person), usable.get(person, 0))
        for person in seen.listing.people
    )
