"""The routes of CompreFace 1.2 below `/api/v1`, so that its clients work against this service.

What differs, on purpose: below the threshold `subjects` is empty, a photo is only enrolled when it
passes the standard gate, age, gender and masks are not guessed, and no key is ever part of an
address, so `/static/<key>/images` is not there.
"""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from facewright.serving.compreface.faults import Endpoint, in_its_words
from facewright.serving.compreface.looking import LookingRoutes
from facewright.serving.compreface.subjects import SubjectRoutes
from facewright.serving.face_api.directory import Directory
from facewright.serving.face_api.engine import Engine
from facewright.serving.keys import Scope
from facewright.serving.mount import ServerParts

_BASE = "/api/v1"


def compreface_routes(server: ServerParts, engine: Engine, directory: Directory) -> list[BaseRoute]:
    """Return the routes; those that read or change people take a key of that scope."""
    looking = LookingRoutes(engine, directory)
    subjects = SubjectRoutes(engine, directory)
    return [
        *_routes(server, Scope.PEOPLE, _collection(subjects)),
        *_routes(server, Scope.SCORE, _recognition(looking)),
    ]


_Table = Sequence[tuple[str, str, Endpoint]]


def _collection(subjects: SubjectRoutes) -> _Table:
    one = "/recognition/subjects/{subject}"
    return [
        ("POST", "/recognition/subjects", subjects.add),
        ("GET", "/recognition/subjects", subjects.all),
        ("GET", "/recognition/subjects/", subjects.all),
        ("DELETE", "/recognition/subjects", subjects.remove_all),
        ("PUT", one, subjects.rename),
        ("DELETE", one, subjects.remove),
        ("POST", "/recognition/faces", subjects.add_example),
        ("GET", "/recognition/faces", subjects.examples),
        ("DELETE", "/recognition/faces", subjects.remove_examples),
        ("POST", "/recognition/faces/delete", subjects.remove_chosen),
        ("DELETE", "/recognition/faces/{image_id}", subjects.remove_example),
        ("GET", "/recognition/faces/{image_id}/img", subjects.image),
    ]


def _recognition(looking: LookingRoutes) -> _Table:
    embeddings = "/recognition/embeddings"
    return [
        ("POST", "/recognition/recognize", looking.recognize),
        ("POST", "/recognition/faces/{image_id}/verify", looking.verify_enrolled),
        ("POST", embeddings + "/recognize", looking.recognize_embeddings),
        ("POST", embeddings + "/faces/{image_id}/verify", looking.verify_enrolled_embeddings),
        ("POST", "/detection/detect", looking.detect),
        ("POST", "/verification/verify", looking.verify),
        ("POST", "/verification/embeddings/verify", looking.verify_embeddings),
    ]


def _routes(server: ServerParts, scope: Scope, table: _Table) -> list[BaseRoute]:
    return [
        server.route(_BASE + path, in_its_words(endpoint), methods=[method], scope=scope)
        for method, path, endpoint in table
    ]
