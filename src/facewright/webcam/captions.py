"""What is said of a face."""

from facewright.wire.scoring import FaceAnswer, Recognition


def caption(answer: Recognition | FaceAnswer) -> str:
    """Return what stands over a face: its name and how sure the service is."""
    if answer.unknown:
        return "unknown"
    name = answer.index if answer.name is None else answer.name
    return name if answer.probability is None else f"{name} {answer.probability:.0%}"


def captions(recognition: Recognition) -> str:
    """Return the captions of every face of an answer, or of the one it speaks of."""
    return ", ".join(caption(face) for face in recognition.faces or (recognition,))
