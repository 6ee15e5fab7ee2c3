"""The work that every server of the comparison does, by the same calls."""

import os
from pathlib import Path

from facewright.recognizer.look import Wish
from facewright.recognizer.recognizer import Recognizer
from facewright.serving.face_api.records import Recorder
from facewright.wire.faces import RecognizeAnswer

MODEL = "FACEWRIGHT_BENCHMARK_MODEL"
"""Variable with the path of the model."""


class Work:
    """A recognizer, as a server's process holds it."""

    def __init__(self) -> None:
        self._recognizer = Recognizer.load(Path(os.environ[MODEL]))
        self._recorder = Recorder(self._recognizer.contract.detector.name)

    def photo(self, photo: bytes) -> str:
        """Return what ``/v1/recognize`` answers to a photo's file."""
        [answer] = self._recognizer.recognize_many([photo], [Wish(quality=True)])
        recorded = self._recorder.recognized(answer, ())
        return RecognizeAnswer(request_id="", photos=(recorded,)).model_dump_json(exclude_none=True)

    def input_bytes(self, text: str) -> str:
        """Return what ``/score`` answers to a photo in base64."""
        return self._recognizer.answer(text)
