"""CompreFace's routes that look at photos: recognize, detect, verify, and embeddings."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response

from facewright.errors import NoFaceFound
from facewright.recognizer.answer import Answer, RecognizedFace
from facewright.recognizer.look import Sight, Wish
from facewright.serving.compreface.faults import Code, FaultError
from facewright.serving.compreface.requests import (
    EmbeddingsBody,
    LookQuery,
    SourceAndTargets,
    read_files,
    read_query,
    read_record,
)
from facewright.serving.compreface.results import Writer
from facewright.serving.face_api.directory import Directory
from facewright.serving.face_api.engine import Engine


class LookingRoutes:
    """Who is in a photo, and whether two photos show one person.

    Args:
        engine: Answers.
        directory: The people.
    """

    def __init__(self, engine: Engine, directory: Directory) -> None:
        self._engine = engine
        self._directory = directory
        self._limits = engine.server.limits
        self._contract = engine.recognizer.contract
        self._rule = self._contract.rule()

    async def recognize(self, request: Request) -> Response:
        """Name the faces of a photo."""
        writer, query = self._writer(request)
        [answer] = await self._answers(request, query, "file")
        faces = _some(writer.faces(answer))
        results = [writer.recognized(face, answer.timings) for face in faces]
        return answered({"result": results, **writer.versions()})

    async def detect(self, request: Request) -> Response:
        """Find the faces of a photo."""
        writer, query = self._writer(request)
        if "calculator" in query.face_plugins:
            [answer] = await self._answers(request, query, "file")
            results = [writer.source(each, answer.timings) for each in writer.faces(answer)]
        else:
            photos = await read_files(request, self._limits, "file")
            [sight] = await self._engine.look(request, photos, Wish(limit=query.limit))
            results = _seen(sight, writer)
        if not results:
            raise NoFaceFound("no face")
        return answered({"result": results, **writer.versions()})

    async def verify(self, request: Request) -> Response:
        """Compare the face of one photo with every face of another."""
        writer, query = self._writer(request)
        source, target = await self._answers(request, query, "source_image", "target_image")
        face = only(writer.faces(source))
        matches = [
            writer.compared(each, target.timings, float(face.vector @ each.vector))
            for each in _some(writer.faces(target))
        ]
        result = {
            "source_image_face": writer.source(face, source.timings),
            "face_matches": matches,
            **writer.versions(),
        }
        return answered({"result": [result]})

    async def verify_enrolled(self, request: Request) -> Response:
        """Compare the faces of a photo with one enrolled photo."""
        writer, query = self._writer(request)
        [answer] = await self._answers(request, query, "file")
        identifier = request.path_params["image_id"]
        photo = await self._engine.work(request, lambda: self._directory.photo(identifier))
        results = [
            writer.compared(each, answer.timings, float(photo.vector @ each.vector))
            for each in _some(writer.faces(answer))
        ]
        return answered({"result": results, **writer.versions()})

    async def recognize_embeddings(self, request: Request) -> Response:
        """Name embeddings that were computed before; nobody below the threshold."""
        body = await read_record(request, self._limits, EmbeddingsBody)
        vectors = [self._unit(each) for each in body.embeddings]
        named = await self._engine.work(
            request, lambda: [self._directory.nearest(vector) for vector in vectors]
        )
        results = [
            {"embedding": given, "similarities": self._similarities(found)}
            for given, found in zip(body.embeddings, named, strict=True)
        ]
        return answered({"result": results})

    async def verify_enrolled_embeddings(self, request: Request) -> Response:
        """Compare embeddings with one enrolled photo."""
        body = await read_record(request, self._limits, EmbeddingsBody)
        identifier = request.path_params["image_id"]
        photo = await self._engine.work(request, lambda: self._directory.photo(identifier))
        return self._compared(photo.vector, body.embeddings)

    async def verify_embeddings(self, request: Request) -> Response:
        """Compare an embedding with others."""
        body = await read_record(request, self._limits, SourceAndTargets)
        return self._compared(self._unit(body.source), body.targets)

    def _compared(self, source: NDArray[np.float32], targets: list[list[float]]) -> Response:
        results = [
            {
                "embedding": given,
                "similarity": self._rule.belief(float(source @ self._unit(given))),
            }
            for given in targets
        ]
        return answered({"result": results})

    def _similarities(self, found: tuple[str, float]) -> list[dict[str, Any]]:
        if found[1] < self._rule.threshold:
            return []
        return [{"subject": found[0], "similarity": self._rule.belief(found[1])}]

    def _unit(self, values: list[float]) -> NDArray[np.float32]:
        expected = self._contract.embedder.dimension
        vector = np.array(values, np.float64)
        length = float(np.linalg.norm(vector)) if len(values) == expected else 0.0
        if not np.isfinite(length) or length == 0.0:
            raise FaultError(
                Code.BAD_ARGUMENT, f"an embedding has {expected} numbers, which are not all zero"
            )
        return (vector / length).astype(np.float32)

    def _writer(self, request: Request) -> tuple[Writer, LookQuery]:
        query = read_query(request, LookQuery)
        return Writer(self._contract, self._rule, query), query

    async def _answers(self, request: Request, query: LookQuery, *names: str) -> list[Answer]:
        photos = await read_files(request, self._limits, *names)
        answers = await self._engine.recognize(request, photos, Wish(limit=query.limit))
        return [_usable(each) for each in answers]


def answered(document: object, status: int = 200) -> Response:
    """Return a document as the body of an answer."""
    return Response(json.dumps(document), status, media_type="application/json")


def only(faces: list[RecognizedFace]) -> RecognizedFace:
    """Return the one face of a photo.

    Raises:
        NoFaceFound: There is none.
        FaultError: There are several.
    """
    if len(_some(faces)) > 1:
        raise FaultError(Code.SEVERAL_FACES, "More than one face in the given image")
    return faces[0]


def _some(faces: list[RecognizedFace]) -> list[RecognizedFace]:
    if not faces:
        raise NoFaceFound("no face")
    return faces


def _seen(sight: Sight | Exception, writer: Writer) -> list[dict[str, Any]]:
    if not isinstance(sight, Sight):
        raise sight
    faces = [face for face in sight.faces if writer.sure_enough(face)]
    return [writer.face(face, sight.timings) for face in faces]


def _usable(answer: Answer | Exception) -> Answer:
    if isinstance(answer, Answer):
        return answer
    raise answer
