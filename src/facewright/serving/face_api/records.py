"""From the recognizer's answers to the records of `/v1`."""

from collections.abc import Sequence
from typing import Any

from facewright.errors import FacewrightError
from facewright.faces.quality import Quality, judge
from facewright.recognizer.answer import Answer, RecognizedFace
from facewright.recognizer.look import SeenFace, Sight
from facewright.recognizer.timings import Timings
from facewright.wire.faces import (
    Box,
    DetectedFace,
    DetectedPhoto,
    EmbeddedFace,
    EmbeddedPhoto,
    FaceQuality,
    NamedFace,
    PhotoFailure,
    RecognizedPhoto,
)

_DIGITS = 6


class Recorder:
    """Writes down what a recognizer of some detector answered.

    Args:
        detector: The detector's name, which gives the score its scale.
    """

    def __init__(self, detector: str) -> None:
        self._detector = detector

    def recognized(
        self, answer: Answer | FacewrightError, detail: Sequence[str]
    ) -> RecognizedPhoto:
        """Return the record of a photo of `/v1/recognize`."""
        if not isinstance(answer, Answer):
            return RecognizedPhoto(error=_failure(answer))
        faces = tuple(self._named(answer, face, detail) for face in answer.faces)
        return RecognizedPhoto(
            width=answer.width,
            height=answer.height,
            timings_ms=milliseconds(answer.timings),
            faces=faces,
        )

    def detected(self, sight: Sight | FacewrightError) -> DetectedPhoto:
        """Return the record of a photo of `/v1/detect`."""
        if not isinstance(sight, Sight):
            return DetectedPhoto(error=_failure(sight))
        return DetectedPhoto(
            width=sight.width,
            height=sight.height,
            timings_ms=milliseconds(sight.timings),
            faces=tuple(self.face(sight, face) for face in sight.faces),
        )

    def embedded(self, answer: Answer | FacewrightError) -> EmbeddedPhoto:
        """Return the record of a photo of `/v1/embed`."""
        if not isinstance(answer, Answer):
            return EmbeddedPhoto(error=_failure(answer))
        faces = tuple(
            EmbeddedFace(**self._seen(answer, face.seen), embedding=_vector(face))
            for face in answer.faces
        )
        return EmbeddedPhoto(
            width=answer.width,
            height=answer.height,
            timings_ms=milliseconds(answer.timings),
            faces=faces,
        )

    def face(self, photo: Sight | Answer, face: SeenFace) -> DetectedFace:
        """Return the record of a face, without the question whose it is."""
        return DetectedFace(**self._seen(photo, face))

    def _named(self, answer: Answer, face: RecognizedFace, detail: Sequence[str]) -> NamedFace:
        decision = face.decision
        return NamedFace(
            **self._seen(answer, face.seen),
            name=decision.name,
            unknown=decision.unknown,
            index=decision.index,
            probability=decision.probability,
            similarity=decision.similarity,
            margin=face.margin,
            candidate=decision.candidate if "candidate" in detail else None,
            embedding=_vector(face) if "embedding" in detail else None,
        )

    def _seen(self, photo: Sight | Answer, face: SeenFace) -> dict[str, Any]:
        box = face.face.box
        across, down = 1 / photo.width, 1 / photo.height
        return {
            "box": Box(left=box.left, top=box.top, right=box.right, bottom=box.bottom),
            "box_normalized": Box(
                left=round(box.left * across, _DIGITS),
                top=round(box.top * down, _DIGITS),
                right=round(box.right * across, _DIGITS),
                bottom=round(box.bottom * down, _DIGITS),
            ),
            "landmarks": tuple((float(x), float(y)) for x, y in face.landmarks.tolist()),
            "score": face.face.score,
            "quality": self._quality(face.quality) if face.quality else None,
        }

    def _quality(self, quality: Quality) -> FaceQuality:
        return FaceQuality(
            face_pixels=quality.face_pixels,
            sharpness=quality.sharpness,
            brightness=quality.brightness,
            contrast=quality.contrast,
            yaw=quality.yaw_estimate,
            roll=quality.roll,
            reason=judge(quality, "standard", detector=self._detector),
        )


def milliseconds(*timings: Timings) -> dict[str, float]:
    """Return the time of each stage, those of several photos added up."""
    total: dict[str, float] = {}
    for each in timings:
        for stage, seconds in each.seconds.items():
            total[stage] = total.get(stage, 0.0) + seconds
    return {stage: round(seconds * 1000, 3) for stage, seconds in total.items()}


def _vector(face: RecognizedFace) -> tuple[float, ...]:
    return tuple(face.vector.tolist())


def _failure(error: FacewrightError) -> PhotoFailure:
    return PhotoFailure(status=400, code=error.code, detail=error.message, hint=error.hint)
