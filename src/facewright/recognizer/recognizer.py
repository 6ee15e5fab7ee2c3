"""The sentence the product exists for: a photo in, names out."""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.classifier.labels import people
from facewright.classifier.rejection import Decision
from facewright.errors import FacewrightError, NoFaceFound
from facewright.faces.align import load_alignment
from facewright.faces.cut_out import framed
from facewright.faces.detector import Detector, load_detector
from facewright.faces.face import Face, Landmarks, Pixels
from facewright.faces.landmarks import find_landmarks
from facewright.faces.payload import read_payload
from facewright.faces.photo import DEFAULT_LIMITS, PhotoLimits
from facewright.gallery.gallery import Gallery
from facewright.recognizer.answer import Answer, RecognizedFace
from facewright.recognizer.enrolled import Enrolled
from facewright.recognizer.look import EVERYTHING_QUICKLY, Looker, Sight, Wish
from facewright.recognizer.network import Network, load_network
from facewright.recognizer.timings import Stopwatch
from facewright.wire.scoring import Box, FaceAnswer, Recognition


class Recognizer:
    """Detector, alignment, network and rejection, put together as a model file says.

    Example:
        >>> recognizer = Recognizer.load("outputs/my_model.onnx")   # doctest: +SKIP
        >>> recognizer.recognize(decode_photo(data)).name           # doctest: +SKIP
        'ada'

    Args:
        network: A network and its contract.
        detector: Finds the faces.
        limits: The largest photo that is decoded.
        enrolled: People added without training; None for the trained ones alone.
    """

    def __init__(
        self,
        network: Network,
        detector: Detector,
        limits: PhotoLimits = DEFAULT_LIMITS,
        enrolled: Enrolled | None = None,
    ) -> None:
        self.contract = network.contract
        self._network = network
        self._detector = detector
        self._enrolled = enrolled
        chip = network.contract.chip
        self._align = load_alignment(chip.alignment)
        self._looker = Looker(detector, self._align, chip.size, limits)
        self._rule = network.contract.rule()
        self._hear: Callable[[Answer], None] = lambda _: None

    @classmethod
    def load(cls, path: str | Path) -> "Recognizer":
        """Read a model file, which is all it takes, and the people added to it, if there are any.

        Args:
            path: `my_model.onnx`, or `my_model.h5` where Keras is installed.

        Raises:
            ModelFileError: Missing, damaged, or not one of Facewright's.
            UnsafeModelFile: The file carries code or names other files.
            MissingLibrary: A library that it takes is not installed.
        """
        network = load_network(Path(path))
        record = network.contract.detector
        detector = load_detector(record.name, record.settings)
        return cls(network, detector, enrolled=Enrolled.of(Path(path), network.contract))

    def open_gallery(self) -> Gallery | None:
        """Return the gallery of people added to the model; None for the trained ones alone."""
        return self._enrolled.open_gallery() if self._enrolled else None

    def tell(self, hear: Callable[[Answer], None]) -> None:
        """Tell somebody of every photo that `answer` answers, such as a server that counts faces.

        Args:
            hear: Called with what was seen and how long each stage took, in the same thread.
        """
        self._hear = hear

    def answer(self, input_bytes: str) -> str:
        """Answer a request of contract 3.

        Args:
            input_bytes: base64 of a photo, an `.npy` array or the original's pickled array.

        Returns:
            JSON text with `index`, `name`, `probability`, `unknown`, and `faces` for a photo.

        Raises:
            InputError: Not such a string.
            PhotoError: The photo cannot be used.
            NoFaceFound: The photo holds no face.
        """
        payload = read_payload(input_bytes)
        if isinstance(payload, bytes):
            recognition = self._recognize_photo(payload)
        else:
            recognition = self._recognize_array(payload)
        return json.dumps(recognition.model_dump(exclude_none=True), ensure_ascii=False)

    def recognize_many(
        self, photos: Sequence[bytes], wishes: Sequence[Wish] | None = None
    ) -> list[Answer | FacewrightError]:
        """Name the faces of several photos; all faces go through the network together.

        Args:
            photos: Their files.
            wishes: For each photo what is wanted; every face when None.

        Returns:
            For each photo its answer, or why there is none; a photo never fails its neighbours.
        """
        sights = self.look_many(photos, wishes)
        watch = Stopwatch()
        chips = [face.chip for sight in sights if isinstance(sight, Sight) for face in sight.faces]
        rows = iter(zip(*self._network.run(np.stack(chips)), strict=True)) if chips else iter(())
        watch.lap("embed")
        seconds = watch.timings.seconds["embed"]
        return [
            self._answered(sight, rows, seconds) if isinstance(sight, Sight) else sight
            for sight in sights
        ]

    def look_many(
        self, photos: Sequence[bytes], wishes: Sequence[Wish] | None = None
    ) -> list[Sight | FacewrightError]:
        """Find the faces of several photos, without asking whose they are.

        Args:
            photos: Their files.
            wishes: For each photo what is wanted; every face when None.

        Returns:
            For each photo what was seen, or why it cannot be used.
        """
        wanted = repeat(EVERYTHING_QUICKLY, len(photos)) if wishes is None else wishes
        return [self._looked(*each) for each in zip(photos, wanted, strict=True)]

    def _looked(self, data: bytes, wish: Wish) -> Sight | FacewrightError:
        try:
            return self._looker.look(data, wish)
        except FacewrightError as error:
            return error

    def _answered(self, sight: Sight, rows: "Iterator[_Row]", embedding_seconds: float) -> Answer:
        watch = Stopwatch()
        faces = tuple(
            RecognizedFace(
                seen,
                vector,
                decision := self._decision(probabilities, vector),
                self._margin(decision, vector),
            )
            for seen, (probabilities, vector) in zip(sight.faces, rows, strict=False)
        )
        watch.lap("classify")
        timings = sight.timings.plus("embed", embedding_seconds)
        timings = timings.plus("classify", watch.timings.seconds["classify"])
        return Answer(sight.width, sight.height, faces, timings)

    def nearest(self, vector: NDArray[np.float32]) -> tuple[str, float]:
        """Return the person an embedding is nearest to, and the similarity.

        Args:
            vector: Unit length, float32 [D].
        """
        similarities = self._rule.centroids @ vector
        best = int(np.argmax(similarities))
        trained = people(self.contract.labels)[best], float(similarities[best])
        enrolled = self._enrolled.nearest(vector) if self._enrolled else None
        return enrolled if enrolled is not None and enrolled[1] > trained[1] else trained

    def _margin(self, decision: Decision, vector: NDArray[np.float32]) -> float | None:
        """Return how much nearer the candidate is than anybody else."""
        similarities = zip(people(self.contract.labels), self._rule.centroids @ vector, strict=True)
        others = [float(near) for name, near in similarities if name != decision.candidate]
        if self._enrolled is not None:
            enrolled = self._enrolled.nearest_other(decision.candidate, vector)
            others += [] if enrolled is None else [enrolled]
        return decision.score - max(others) if others else None

    def recognize(self, pixels: Pixels) -> Recognition:
        """Name the faces of a photo; the largest one's answer stands for the photo.

        Args:
            pixels: RGB, uint8 [height, width, 3].

        Raises:
            NoFaceFound: The photo holds no face.
        """
        faces = self._detector.detect(pixels)
        if not faces:
            height, width = pixels.shape[:2]
            raise self._no_face(width, height)
        return _summed_up(self._named(pixels, faces))

    def _recognize_photo(self, data: bytes) -> Recognition:
        [answer] = self.recognize_many([data])
        if not isinstance(answer, Answer):
            raise answer
        self._hear(answer)
        if not answer.faces:
            raise self._no_face(answer.width, answer.height)
        faces = [
            _answer(_Located(each.seen.face, each.seen.landmarks), each.decision)
            for each in answer.faces
        ]
        return _summed_up(faces)

    def _no_face(self, width: int, height: int) -> NoFaceFound:
        return NoFaceFound(
            f"no face was found in the photo of {width} x {height} pixels "
            f"by the detector {self._detector.name}",
            hint="send a photo in which a face looks at the camera, 40 pixels or larger",
        )

    def _recognize_array(self, array: NDArray[Any]) -> Recognition:
        if array.dtype == np.uint8 and array.ndim == 3 and array.shape[2] == 3:
            return self.recognize(np.ascontiguousarray(array))
        photo, face = framed(array)
        alone = _summed_up(self._named(photo, [face]))
        # The frame was made here, so boxes in it would mean nothing to the caller.
        return alone.model_copy(update={"faces": ()})

    def embed(self, pixels: Pixels) -> "list[EmbeddedFace]":
        """Return the faces of a photo, the largest first, with their chips and embeddings.

        Args:
            pixels: RGB, uint8 [height, width, 3].
        """
        located = self._located(pixels, self._detector.detect(pixels))
        if not located:
            return []
        chips = self._chips(pixels, located)
        _, vectors = self._network.run(np.stack(chips))
        return [
            EmbeddedFace(*each, chip, vector)
            for each, chip, vector in zip(located, chips, vectors, strict=True)
        ]

    def decide(self, pixels: Pixels) -> list[tuple[Face, Decision]]:
        """Return the faces of a photo, the largest first, with all that was decided about each.

        Args:
            pixels: RGB, uint8 [height, width, 3].
        """
        located = self._located(pixels, self._detector.detect(pixels))
        decisions = self._decisions(pixels, located)
        return [(each.face, decision) for each, decision in zip(located, decisions, strict=True)]

    def _named(self, pixels: Pixels, faces: list[Face]) -> list[FaceAnswer]:
        located = self._located(pixels, faces)
        decisions = self._decisions(pixels, located)
        return [_answer(*parts) for parts in zip(located, decisions, strict=True)]

    def _decisions(self, pixels: Pixels, located: "list[_Located]") -> list[Decision]:
        if not located:
            return []
        outputs = self._network.run(np.stack(self._chips(pixels, located)))
        return [self._decision(*row) for row in zip(*outputs, strict=True)]

    def _decision(
        self, probabilities: NDArray[np.float32], vector: NDArray[np.float32]
    ) -> Decision:
        decision = self._rule.decide(probabilities, vector)
        return self._enrolled.refine(decision, vector, self._rule) if self._enrolled else decision

    def _located(self, pixels: Pixels, faces: list[Face]) -> "list[_Located]":
        return [_Located(face, find_landmarks(pixels, face.box)) for face in faces]

    def _chips(self, pixels: Pixels, located: "list[_Located]") -> list[Pixels]:
        size = self.contract.chip.size
        return [self._align(pixels, each.face.box, each.landmarks, size) for each in located]


class EmbeddedFace(NamedTuple):
    """A face, its chip and where the embedder places it.

    Attributes:
        face: Box and score.
        landmarks: float32 [5, 2].
        chip: RGB, uint8 [size, size, 3].
        vector: Unit-length embedding, float32 [D].
    """

    face: Face
    landmarks: Landmarks
    chip: Pixels
    vector: NDArray[np.float32]


_Row = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Probabilities [classes] and embedding [D] of one face."""


class _Located(NamedTuple):
    face: Face
    landmarks: Landmarks


def _answer(located: _Located, decision: Decision) -> FaceAnswer:
    box = located.face.box
    return FaceAnswer(
        box=Box(left=box.left, top=box.top, right=box.right, bottom=box.bottom),
        landmarks=tuple((float(x), float(y)) for x, y in located.landmarks),
        score=located.face.score,
        index=decision.index,
        name=decision.name,
        probability=decision.probability,
        unknown=decision.unknown,
        similarity=decision.similarity,
    )


def _summed_up(faces: list[FaceAnswer]) -> Recognition:
    largest = faces[0]
    return Recognition(
        index=largest.index,
        name=largest.name,
        probability=largest.probability,
        unknown=largest.unknown,
        similarity=largest.similarity,
        faces=tuple(faces),
    )
