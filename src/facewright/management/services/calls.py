"""Calling a service: with data of the user's, or with the example that its schema gives."""

import json
from dataclasses import dataclass
from typing import Any

import httpx

from facewright.errors import InputError, ServiceError, ServiceRefused, ServiceUnreachable
from facewright.wire.problems import read_problem

PLACEHOLDER = "!! YOUR DATA HERE !!"
_SECONDS = 60.0
_MOST_ANSWER = 64 << 20
_SHOWN = 300


@dataclass(frozen=True)
class ServiceAddress:
    """How a service is called.

    Attributes:
        base: Such as ``http://127.0.0.1:20311``.
        key: One of its keys, or None where it has none.
    """

    base: str
    key: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Return what a request says besides its data."""
        sent = {"Content-Type": "application/json"}
        return sent if self.key is None else {**sent, "Authorization": f"Bearer {self.key}"}


def sample_of(address: ServiceAddress) -> str | None:
    """Return the example of a service's input as JSON, or None where it has none.

    Raises:
        ServiceUnreachable: Nobody answers.
    """
    response = _request(address, "GET", "/swagger.json")
    try:
        example = response.json()["definitions"]["ServiceInput"]["example"]
    except (ValueError, KeyError, TypeError):
        return None
    return json.dumps(example) if example else None


def run(address: ServiceAddress, data: str) -> Any:
    """Send data to a service and return its answer, read as JSON.

    Args:
        address: Of the service.
        data: The body, JSON.

    Raises:
        InputError: The data is no JSON.
        ServiceUnreachable: Nobody answers.
        ServiceRefused: The service answered with an error.
    """
    try:
        json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"the data is not JSON: {error}",
            hint='give such as \'{"input_bytes": "…"}\'; `facewright service usage` shows a sample',
        ) from error
    response = _request(address, "POST", "/score", data)
    if not response.is_success:
        raise _refused(response)
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        raise ServiceError(f"the answer of the service is not JSON: {error}") from error


def _request(
    address: ServiceAddress, method: str, path: str, data: str | None = None
) -> httpx.Response:
    url = f"{address.base}{path}"
    try:
        with httpx.Client(timeout=_SECONDS, trust_env=False) as client:
            response = client.request(method, url, content=data, headers=address.headers)
    except httpx.HTTPError as error:
        raise ServiceUnreachable(
            f"nobody answers at {url}: {error}",
            hint="look at the service with `facewright service show realtime`, and at its logs",
        ) from error
    if len(response.content) > _MOST_ANSWER:
        raise ServiceError(f"the answer of {url} is larger than {_MOST_ANSWER:,} bytes")
    return response


def _refused(response: httpx.Response) -> ServiceRefused:
    try:
        problem = read_problem(response.json())
    except (ValueError, RecursionError):
        problem = None
    if problem is not None:
        return ServiceRefused(
            problem.detail, problem.hint, status=response.status_code, problem=problem.code
        )
    words = " ".join(response.text.split())[:_SHOWN]
    return ServiceRefused(
        f"the service answered {response.status_code}: {words}", status=response.status_code
    )
