"""What the face routes below ``/v1`` answer.

Boxes and landmarks are in pixels of the upright photo, whatever way the camera was held, and once
more as shares of its width and height.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Record(BaseModel):
    # A newer service may answer more; a client passes over what it does not know.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Box(_Record):
    """Where a face is; `right` and `bottom` lie outside it."""

    left: float
    top: float
    right: float
    bottom: float


class FaceQuality(_Record):
    """What was measured about a face.

    Attributes:
        face_pixels: Shorter side of its box.
        sharpness: Strength of fine detail relative to contrast, about 0.1–0.5.
        brightness: Mean luminance, 0–1.
        contrast: Standard deviation of the luminance, 0–0.5.
        yaw: Turn to the side in degrees, −90 to 90; rough beyond 40.
        roll: Turn in the plane of the photo in degrees; 0 is upright.
        reason: Why the face would not be enrolled, or None when it would.
    """

    face_pixels: int
    sharpness: float
    brightness: float
    contrast: float
    yaw: float
    roll: float
    reason: str | None = None


class DetectedFace(_Record):
    """A face, without the question whose it is.

    Attributes:
        box: In pixels of the upright photo.
        box_normalized: The same as shares of its width and height.
        landmarks: Outer and inner corner of the person's left eye, of the right eye, base of the
            nose, as [x, y].
        score: The detector's own confidence, on its own scale.
        quality: What was measured, or None when it was not asked for.
    """

    box: Box
    box_normalized: Box
    landmarks: tuple[tuple[float, float], ...]
    score: float
    quality: FaceQuality | None = None


class NamedFace(DetectedFace):
    """A face and whose it is.

    Attributes:
        name: A person, or ``unknown``.
        unknown: Whether the face is nobody the model knows.
        index: Index of the label, as a string; ``"-1"`` for people enrolled without training.
        probability: How probable this answer is, 0–1.
        similarity: Cosine to the named person; for ``unknown``, to the nearest one.
        margin: How much nearer the likeliest person is than anybody else; None when there is
            nobody else.
        candidate: The likeliest person even if the answer is ``unknown``; only when asked for.
        embedding: Unit length; only when asked for.
    """

    name: str
    unknown: bool
    index: str
    probability: float
    similarity: float
    margin: float | None = None
    candidate: str | None = None
    embedding: tuple[float, ...] | None = None


class EmbeddedFace(DetectedFace):
    """A face and where the network places it; vectors of one `contract` can be compared."""

    embedding: tuple[float, ...]


class PhotoFailure(_Record):
    """Why one photo of several has no answer; its neighbours have theirs."""

    status: int
    code: str
    detail: str
    hint: str | None = None


class _Photo(_Record):
    """One photo of a request.

    Attributes:
        width: Of the upright photo, in pixels; 0 for one that could not be read.
        height: The same.
        timings_ms: How long each stage took, by name.
        error: Why there is no answer, or None.
    """

    width: int = 0
    height: int = 0
    timings_ms: dict[str, float] = Field(default_factory=dict)
    error: PhotoFailure | None = None


class RecognizedPhoto(_Photo):
    """A photo and the people in it, the largest face first."""

    faces: tuple[NamedFace, ...] = ()


class DetectedPhoto(_Photo):
    """A photo and the faces in it, the largest first."""

    faces: tuple[DetectedFace, ...] = ()


class EmbeddedPhoto(_Photo):
    """A photo and the embeddings of its faces, the largest first."""

    faces: tuple[EmbeddedFace, ...] = ()


class RecognizeAnswer(_Record):
    """The answer of ``/v1/recognize``: the photos in the order they were sent."""

    request_id: str
    photos: tuple[RecognizedPhoto, ...]


class DetectAnswer(_Record):
    """The answer of ``/v1/detect``."""

    request_id: str
    photos: tuple[DetectedPhoto, ...]


class EmbedAnswer(_Record):
    """The answer of ``/v1/embed``; embeddings of one `contract` can be compared."""

    request_id: str
    contract: str
    dimension: int
    photos: tuple[EmbeddedPhoto, ...]


class VerifyAnswer(_Record):
    """The answer of ``/v1/verify``: whether the largest faces of two photos are one person's.

    Attributes:
        request_id: Ties the answer to the service's log.
        same: Whether the similarity is at or above the threshold.
        similarity: Cosine of the two embeddings.
        threshold: What was asked for, or the model's own.
        first: The largest face of the first photo.
        second: The largest face of the second photo.
        timings_ms: How long each stage took for both photos together.
    """

    request_id: str
    same: bool
    similarity: float
    threshold: float
    first: DetectedFace
    second: DetectedFace
    timings_ms: dict[str, float]


class PersonEntry(_Record):
    """Somebody the service knows.

    Attributes:
        name: The person.
        source: ``trained`` is in the model itself and cannot be removed; ``enrolled`` was added.
        photos: Enrolled photos.
        negatives: Enrolled photos of others who are easily taken for this person.
    """

    name: str
    source: Literal["trained", "enrolled"]
    photos: int = 0
    negatives: int = 0


class PeopleAnswer(_Record):
    """The answer of ``GET /v1/people``: a page, by name.

    Attributes:
        people: The page.
        total: How many people there are altogether.
        next: What to give as `after` for the next page, or None on the last one.
    """

    people: tuple[PersonEntry, ...]
    total: int
    next: str | None = None


class RejectedPhoto(_Record):
    """A photo that was not enrolled: its place in the request, and why."""

    photo: int
    code: str
    detail: str


class EnrolAnswer(_Record):
    """The answer to an enrolment.

    Attributes:
        request_id: Ties the answer to the service's log.
        name: The person.
        added: Photos that are new.
        known: Photos that the person had before.
        photos: How many the person has now.
        rejected: Photos that were not accepted.
        photo_ids: Ids of the accepted photos, in the order they were sent.
    """

    request_id: str
    name: str
    added: int
    known: int
    photos: int
    rejected: tuple[RejectedPhoto, ...] = ()
    photo_ids: tuple[str, ...] = ()


class ModelAnswer(_Record):
    """The answer of ``GET /v1/model``: the recognition contract in plain words.

    Attributes:
        labels: The classes the model was trained on, in index order.
        enrolled: How many people were added to it.
        contract: Says which embeddings can be compared.
        training_run: Id of the run that made the model.
        detector: Name of the detector.
        detector_settings: Its settings.
        embedder: Name of the pretrained network.
        embedder_digest: SHA-256 of its weights.
        dimension: Length of an embedding.
        chip: Size, alignment, colour order and normalisation of chips.
        threshold: Least similarity at which a person is named.
        temperature: How fast belief grows around the threshold.
        evidence: How the threshold was chosen and what was measured.
    """

    labels: tuple[str, ...]
    enrolled: int
    contract: str
    training_run: str
    detector: str
    detector_settings: dict[str, object]
    embedder: str
    embedder_digest: str
    dimension: int
    chip: dict[str, object]
    threshold: float
    temperature: float
    evidence: dict[str, float | int | str | None]
