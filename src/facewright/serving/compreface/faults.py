"""CompreFace's error numbers, and how everything that can go wrong here maps to them."""

import json
from collections.abc import Awaitable, Callable
from enum import IntEnum

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from facewright.errors import InputError, NoFaceFound, PhotoError
from facewright.serving.problems import RefusalError

Endpoint = Callable[[Request], Awaitable[Response]]


class Code(IntEnum):
    """Numbers that CompreFace's clients look for."""

    BAD_FILE = 21
    INVALID = 26
    NO_FACE = 28
    SEVERAL_FACES = 31
    MISSING_PARAMETER = 33
    MISSING_PART = 34
    BAD_ARGUMENT = 36
    BUSY = 41
    NO_SUBJECT = 42
    SUBJECT_EXISTS = 43
    NO_PHOTO = 44


_OF_REFUSALS = {
    "unsupported-media-type": Code.BAD_FILE,
    "person-not-found": Code.NO_SUBJECT,
    "photo-not-found": Code.NO_PHOTO,
    "name-taken": Code.SUBJECT_EXISTS,
    "name": Code.INVALID,
    "overloaded": Code.BUSY,
    "deadline": Code.BUSY,
    "people-unreachable": Code.BUSY,
}


class FaultError(Exception):
    """Raised when a request fails in a way CompreFace has a number for.

    Args:
        code: The number.
        message: What is wrong.
        status: HTTP status code.
    """

    def __init__(self, code: Code, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def in_its_words(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint with everything that goes wrong as CompreFace writes it."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except FaultError as fault:
            return _fault(fault.status, fault.code, fault.message)
        except NoFaceFound:
            return _fault(400, Code.NO_FACE, "No face is found in the given image")
        except PhotoError as error:
            return _fault(400, Code.INVALID, error.message)
        except InputError as error:
            return _fault(400, Code.BAD_ARGUMENT, error.message)
        except RefusalError as error:
            code = _OF_REFUSALS.get(error.code, Code.BAD_ARGUMENT)
            response = _fault(error.status, code, error.detail)
            response.headers.update(error.headers or {})
            return response

    return answer


def bad_argument(error: ValidationError) -> FaultError:
    """Return the fault of a value that is out of range, in words that repeat nothing of it."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = str(first["loc"][0])[:50] if first["loc"] else "the request"
    return FaultError(Code.BAD_ARGUMENT, f"{place}: {first['msg'][:200]}")


def _fault(status: int, code: Code, message: str) -> Response:
    return Response(
        json.dumps({"message": message, "code": int(code)}), status, media_type="application/json"
    )
