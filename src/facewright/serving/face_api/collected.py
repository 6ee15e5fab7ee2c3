"""Face answers for a collector, in the form `/score` answers have."""

import io
import json

from PIL import Image

from facewright.recognizer.answer import Answer
from facewright.serving.collector import Collector


def collect(answer: Answer, collector: Collector | None) -> None:
    """Keep an answer, and its chips where the owner asked for them; nothing without a collector."""
    if collector is None or not answer.faces:
        return
    faces = [
        {
            "box": vars(face.seen.face.box),
            "index": face.decision.index,
            "name": face.decision.name,
            "probability": face.decision.probability,
            "unknown": face.decision.unknown,
            "similarity": face.decision.similarity,
        }
        for face in answer.faces
    ]
    collector.answer(json.dumps({**faces[0], "faces": faces}))
    if collector.keeps_chips:
        for number, face in enumerate(answer.faces):
            file = io.BytesIO()
            Image.fromarray(face.seen.chip).save(file, "PNG")
            collector.chip(file.getvalue(), number)
