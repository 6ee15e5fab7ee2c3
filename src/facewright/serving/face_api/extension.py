"""Every route that a server with a recognizer has besides ``/score``."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.routing import BaseRoute

from facewright.gallery.contract_id import contract_id
from facewright.gallery.gallery import Gallery
from facewright.recognizer.recognizer import Recognizer
from facewright.serving.compreface.routes import compreface_routes
from facewright.serving.face_api.directory import Directory
from facewright.serving.face_api.engine import Engine
from facewright.serving.face_api.model import ModelRoutes
from facewright.serving.face_api.openapi import face_api_document
from facewright.serving.face_api.people import PeopleRoutes
from facewright.serving.face_api.recognition import RecognitionRoutes
from facewright.serving.inference_protocol.routes import inference_routes
from facewright.serving.keys import Scope
from facewright.serving.mount import ServerParts


class FaceApi:
    """The face API, and two façades over it that other systems' clients speak.

    Args:
        recognizer: What answers.
        gallery: People added to it without training.
    """

    def __init__(self, recognizer: Recognizer, gallery: Gallery) -> None:
        contract = recognizer.contract
        self._recognizer = recognizer
        self._gallery = gallery
        self._contract_id = contract_id(
            contract.embedder.model_dump(), contract.chip.model_dump(), contract.training_run
        )

    def routes(self, server: ServerParts) -> Sequence[BaseRoute]:
        """Return the routes; see `facewright.serving.mount`."""
        engine = Engine(self._recognizer, server)
        # What comes by `/score` passes through the script, which counts nothing.
        self._recognizer.tell(engine.count)
        directory = Directory(self._recognizer, self._gallery)
        contract = self._recognizer.contract
        server.metrics.model(
            name=contract.embedder.name,
            version=contract.training_run,
            digest=contract.embedder.digest,
        )
        return [
            *self._native(server, engine, directory),
            *compreface_routes(server, engine, directory),
            *inference_routes(server, engine),
        ]

    def openapi(self) -> Mapping[str, Any]:
        """Return the part of the OpenAPI document that describes them."""
        return face_api_document()

    def _native(self, server: ServerParts, engine: Engine, directory: Directory) -> list[BaseRoute]:
        faces = RecognitionRoutes(engine, self._contract_id)
        model = ModelRoutes(engine, directory, self._contract_id)
        return [
            server.route("/v1/recognize", faces.recognize, methods=["POST"]),
            server.route("/v1/detect", faces.detect, methods=["POST"]),
            server.route("/v1/verify", faces.verify, methods=["POST"]),
            server.route("/v1/embed", faces.embed, methods=["POST"]),
            server.route("/v1/model", model.show),
            *_people(server, PeopleRoutes(engine, directory)),
        ]


def _people(server: ServerParts, people: PeopleRoutes) -> list[BaseRoute]:
    # A name may hold a slash.
    one, photos = "/v1/people/{name:path}", "/v1/people/{name:path}/photos"
    scope = Scope.PEOPLE
    return [
        server.route("/v1/people", people.page, scope=scope),
        server.route("/v1/people", people.create, methods=["POST"], scope=scope),
        server.route(photos, people.enrol, methods=["POST"], scope=scope),
        server.route(photos + "/{photo}", people.forget, methods=["DELETE"], scope=scope),
        server.route(one, people.show, scope=scope),
        server.route(one, people.rename, methods=["PUT"], scope=scope),
        server.route(one, people.remove, methods=["DELETE"], scope=scope),
    ]
