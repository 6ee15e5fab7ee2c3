"""Answers in CompreFace's form.

Its `similarity` runs from 0 to 1, and people read it as certainty. A cosine would mislead them: of
some networks, those of strangers are above 0.8. So it is the belief here: even at the threshold.
"""

from typing import Any

from facewright.classifier.rejection import Rejection
from facewright.recognizer.answer import Answer, RecognizedFace
from facewright.recognizer.contract import RecognitionContract
from facewright.recognizer.look import SeenFace
from facewright.recognizer.timings import Timings
from facewright.serving.compreface.requests import LookQuery, probability_of

Result = dict[str, Any]


class Writer:
    """Writes the results of one request.

    Args:
        contract: The model's.
        rule: Its rejection rule.
        query: What was asked for.
    """

    def __init__(self, contract: RecognitionContract, rule: Rejection, query: LookQuery) -> None:
        self._contract = contract
        self._rule = rule
        self._query = query

    def face(self, seen: SeenFace, timings: Timings) -> Result:
        """Return a face without its subjects."""
        box = seen.face.box
        result: Result = {
            "box": {
                "probability": self._probability(seen),
                "x_max": box.right,
                "y_max": box.bottom,
                "x_min": box.left,
                "y_min": box.top,
            }
        }
        if "landmarks" in self._query.face_plugins:
            result["landmarks"] = [[round(x), round(y)] for x, y in seen.landmarks.tolist()]
        if self._query.status:
            result["execution_time"] = _times(timings)
        return result

    def recognized(self, face: RecognizedFace, timings: Timings) -> Result:
        """Return a face with whose it is: nobody's below the threshold, never the nearest one's."""
        decision = face.decision
        subjects = [{"subject": decision.name, "similarity": decision.probability}]
        return {
            **self.face(face.seen, timings),
            **self._embedding(face),
            "subjects": [] if decision.unknown else subjects,
        }

    def compared(self, face: RecognizedFace, timings: Timings, cosine: float) -> Result:
        """Return a face with its similarity to another one."""
        return {
            **self.face(face.seen, timings),
            **self._embedding(face),
            "similarity": self._rule.belief(cosine),
        }

    def source(self, face: RecognizedFace, timings: Timings) -> Result:
        """Return a face that others are compared with."""
        return {**self.face(face.seen, timings), **self._embedding(face)}

    def sure_enough(self, seen: SeenFace) -> bool:
        """Whether a face is as probable as was asked for."""
        return self._probability(seen) >= self._query.det_prob_threshold

    def faces(self, answer: Answer) -> list[RecognizedFace]:
        """Return the faces of an answer that are probable enough."""
        return [face for face in answer.faces if self.sure_enough(face.seen)]

    def versions(self) -> Result:
        """Return the member that names the plugins, when it was asked for."""
        if not self._query.status:
            return {}
        contract = self._contract
        named = {"detector": contract.detector.name, "calculator": contract.embedder.name}
        return {"plugins_versions": named}

    def _embedding(self, face: RecognizedFace) -> Result:
        wanted = "calculator" in self._query.face_plugins
        return {"embedding": face.vector.tolist()} if wanted else {}

    def _probability(self, seen: SeenFace) -> float:
        return probability_of(self._contract.detector.name, seen.face.score)


def _times(timings: Timings) -> Result:
    times = {"detector": timings.seconds["detect"]}
    if "embed" in timings.seconds:
        times["calculator"] = timings.seconds["embed"]
    return {name: round(seconds * 1000, 1) for name, seconds in times.items()}
