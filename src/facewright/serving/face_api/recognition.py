"""`/v1/recognize`, `/v1/detect`, `/v1/verify` and `/v1/embed`."""

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from facewright.recognizer.look import Wish
from facewright.serving import request_id
from facewright.serving.face_api.engine import Engine
from facewright.serving.face_api.options import (
    LookOptions,
    RecognizeOptions,
    VerifyOptions,
    read_options,
)
from facewright.serving.face_api.photos import exactly_two, read_photos
from facewright.serving.face_api.records import Recorder, milliseconds
from facewright.wire.faces import DetectAnswer, EmbedAnswer, RecognizeAnswer, VerifyAnswer


class RecognitionRoutes:
    """Who is in photos, where the faces are, and whether two are one person's.

    Args:
        engine: Answers.
        contract_id: Says which embeddings can be compared.
    """

    def __init__(self, engine: Engine, contract_id: str) -> None:
        contract = engine.recognizer.contract
        self._engine = engine
        self._limits = engine.server.limits
        self._contract_id = contract_id
        self._dimension = contract.embedder.dimension
        self._threshold = contract.rejection.threshold
        self._recorder = Recorder(contract.detector.name)

    async def recognize(self, request: Request) -> Response:
        """Name the faces of photos."""
        options = read_options(request, RecognizeOptions)
        photos = await read_photos(request, self._limits)
        answers = await self._engine.recognize(request, photos, _wish(options))
        recorded = tuple(self._recorder.recognized(each, options.detail) for each in answers)
        return json_response(RecognizeAnswer(request_id=request_id.current.get(), photos=recorded))

    async def detect(self, request: Request) -> Response:
        """Find the faces of photos."""
        options = read_options(request, LookOptions)
        photos = await read_photos(request, self._limits)
        sights = await self._engine.look(request, photos, _wish(options))
        recorded = tuple(self._recorder.detected(each) for each in sights)
        return json_response(DetectAnswer(request_id=request_id.current.get(), photos=recorded))

    async def embed(self, request: Request) -> Response:
        """Return the embeddings of the faces of photos."""
        options = read_options(request, LookOptions)
        photos = await read_photos(request, self._limits)
        answers = await self._engine.recognize(request, photos, _wish(options))
        return json_response(
            EmbedAnswer(
                request_id=request_id.current.get(),
                contract=self._contract_id,
                dimension=self._dimension,
                photos=tuple(self._recorder.embedded(each) for each in answers),
            )
        )

    async def verify(self, request: Request) -> Response:
        """Compare the largest faces of two photos."""
        options = read_options(request, VerifyOptions)
        photos = exactly_two(await read_photos(request, self._limits))
        (one, first), (two, second) = await self._engine.largest_faces(request, photos)
        similarity = float(first.vector @ second.vector)
        threshold = self._threshold if options.threshold is None else options.threshold
        return json_response(
            VerifyAnswer(
                request_id=request_id.current.get(),
                same=similarity >= threshold,
                similarity=similarity,
                threshold=threshold,
                first=self._recorder.face(one, first.seen),
                second=self._recorder.face(two, second.seen),
                timings_ms=milliseconds(one.timings, two.timings),
            )
        )


def json_response(record: BaseModel, status: int = 200) -> Response:
    """Return a record as the body of an answer; absent members are left out."""
    return Response(
        record.model_dump_json(exclude_none=True), status, media_type="application/json"
    )


def _wish(options: LookOptions) -> Wish:
    return Wish(limit=options.limit, small=options.small, quality=True)
