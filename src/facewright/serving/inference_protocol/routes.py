"""The Open Inference Protocol below `/v2`: the form that Triton's and KServe's clients speak."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

import facewright
from facewright.errors import FacewrightError, InputError, PhotoError
from facewright.recognizer.answer import Answer
from facewright.recognizer.look import Wish
from facewright.serving import request_id
from facewright.serving.body import read_json_body
from facewright.serving.face_api.engine import Engine
from facewright.serving.face_api.photos import decode_base64, refused_json
from facewright.serving.inference_protocol.records import InferAnswer, InferRequest
from facewright.serving.inference_protocol.tensors import OUTPUTS, described, tensors
from facewright.serving.mount import ServerParts
from facewright.serving.problems import RefusalError

MODEL = "recognizer"
"""Name of the one model; the service's own name is taken too."""

INPUT = "photo"

Endpoint = Callable[[Request], Awaitable[Response]]


def inference_routes(server: ServerParts, engine: Engine) -> list[BaseRoute]:
    """Return the routes below `/v2`."""
    inference = _Inference(server, engine)
    model = "/v2/models/{model}"
    routes: list[tuple[str, Endpoint, str]] = [
        ("/v2", inference.server, "GET"),
        ("/v2/health/live", inference.live, "GET"),
        ("/v2/health/ready", inference.ready, "GET"),
    ]
    for path in (model, model + "/versions/{version}"):
        routes += [
            (path, inference.model, "GET"),
            (path + "/ready", inference.model_ready, "GET"),
            (path + "/infer", inference.infer, "POST"),
        ]
    return [
        server.route(path, _in_its_words(endpoint), methods=[method])
        for path, endpoint, method in routes
    ]


class _Inference:
    def __init__(self, server: ServerParts, engine: Engine) -> None:
        contract = engine.recognizer.contract
        self._server = server
        self._engine = engine
        self._names = {MODEL, server.name}
        self._version = "1"
        self._dimension = contract.embedder.dimension

    async def server(self, _request: Request) -> Response:
        return _json({"name": "facewright", "version": facewright.__version__, "extensions": []})

    async def live(self, _request: Request) -> Response:
        return _json({"live": True})

    async def ready(self, _request: Request) -> Response:
        # The protocol's own example prints `live` here; clients in the wild look for either.
        return _json({"ready": True, "live": True})

    async def model(self, request: Request) -> Response:
        return _json(
            {
                "name": self._named(request),
                "versions": [self._version],
                "platform": "onnx_onnxv1",
                "inputs": [{"name": INPUT, "datatype": "BYTES", "shape": [-1]}],
                "outputs": described(self._dimension),
            }
        )

    async def model_ready(self, request: Request) -> Response:
        return _json({"name": self._named(request), "ready": True})

    async def infer(self, request: Request) -> Response:
        name = self._named(request)
        asked = _read(await read_json_body(request, self._server.limits))
        photos = self._photos(asked)
        wanted = _wanted(asked)
        answers = await self._engine.recognize(request, photos, Wish())
        answer = InferAnswer(
            model_name=name,
            model_version=self._version,
            id=asked.id or request_id.current.get(),
            outputs=tensors([_usable(each) for each in answers], wanted, self._dimension),
        )
        return Response(answer.model_dump_json(), media_type="application/json")

    def _named(self, request: Request) -> str:
        name: str = request.path_params["model"]
        if name not in self._names or request.path_params.get("version", "1") != self._version:
            raise RefusalError(404, "model-not-found", f"no such model: expected {MODEL}")
        return name

    def _photos(self, asked: InferRequest) -> list[bytes]:
        [tensor] = asked.inputs
        most = self._server.limits.photos
        if tensor.datatype != "BYTES" or tensor.shape not in (
            [len(tensor.data)],
            [len(tensor.data), 1],
        ):
            raise RefusalError(
                400,
                "tensor",
                "the input is not photos: expected datatype BYTES and shape [N], with N texts",
            )
        if not 1 <= len(tensor.data) <= most:
            raise RefusalError(400, "tensor", f"the input holds no photos, or more than {most}")
        return [decode_base64(text) for text in tensor.data]


def _read(body: bytes) -> InferRequest:
    try:
        return InferRequest.model_validate_json(body)
    except ValidationError as error:
        raise refused_json(error) from error


def _wanted(asked: InferRequest) -> list[str]:
    if asked.outputs is None:
        return list(OUTPUTS)
    wanted = [each.name for each in asked.outputs]
    if not set(wanted) <= set(OUTPUTS):
        raise RefusalError(400, "tensor", f"no such output: expected {', '.join(OUTPUTS)}")
    return wanted


def _usable(answer: Answer | FacewrightError) -> Answer:
    if isinstance(answer, Answer):
        return answer
    raise answer


def _in_its_words(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint with its refusals as the protocol writes them."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except RefusalError as error:
            return _json({"error": error.detail}, error.status, error.headers)
        except (InputError, PhotoError) as error:
            return _json({"error": error.message}, 400)

    return answer


def _json(document: Any, status: int = 200, headers: Any = None) -> Response:
    return Response(json.dumps(document), status, headers=headers, media_type="application/json")
