"""Docker's errors in our words; the only place that knows both."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import docker.errors
import requests.exceptions
import urllib3.exceptions

from facewright.errors import EngineError, EngineUnreachable

_MOST = 2_000

_FOREIGN = (
    docker.errors.DockerException,
    requests.exceptions.RequestException,
    urllib3.exceptions.HTTPError,
    OSError,
)
_TOO_LATE = (requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError)


@contextmanager
def in_our_words(what: str) -> Iterator[None]:
    """Turn what the Docker library raises in the block into our errors.

    Args:
        what: Begins the message, such as ``the container x cannot be started``.
    """
    try:
        yield
    except docker.errors.APIError as error:
        raise EngineError(f"{what}: {_said(error)}") from error
    except _FOREIGN as error:
        raise unreachable(error) from error


def unreachable(error: BaseException) -> EngineUnreachable:
    """Return the error for an engine that did not answer, with a hint for its cause."""
    causes = list(_causes(error))
    if any(isinstance(cause, PermissionError) for cause in causes):
        return EngineUnreachable(
            "the container engine's socket may not be used: permission denied",
            hint="add yourself to the group `docker` and sign in again, or run a rootless engine",
        )
    if any(isinstance(cause, FileNotFoundError) for cause in causes):
        return _no_socket()
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return EngineUnreachable(
            "no container engine answers: its socket is there, but nobody listens",
            hint="start the engine, as with `systemctl start docker`",
        )
    if any(isinstance(cause, _TOO_LATE) for cause in causes):
        return EngineUnreachable(
            "the container engine hangs: it was asked something and gave no answer in time",
            hint="see whether `docker info` answers; if not, start the engine anew, as with "
            "`systemctl restart docker`",
        )
    if any(isinstance(cause, ConnectionError) for cause in causes):
        return EngineUnreachable(
            "the container engine went away while it was asked something",
            hint="start it again, as with `systemctl start docker`",
        )
    return EngineUnreachable(
        f"no container engine answers: {_short(error)}",
        hint="check DOCKER_HOST, and that `docker info` works",
    )


def _no_socket() -> EngineUnreachable:
    if shutil.which("dockerd") or shutil.which("docker") or shutil.which("podman"):
        return EngineUnreachable(
            "no container engine answers: it is installed, but does not run",
            hint="start it, as with `systemctl start docker`, or point DOCKER_HOST at its socket",
        )
    return EngineUnreachable(
        "no container engine answers: none is installed",
        hint="install Docker Engine or Podman, or point DOCKER_HOST at an engine's socket",
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what it wraps: as its cause, its context, or among its arguments."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inside = (each.__cause__, each.__context__, *each.args)
        waiting += [one for one in inside if isinstance(one, BaseException)]


def _said(error: docker.errors.APIError) -> str:
    explanation = error.explanation
    if isinstance(explanation, bytes):
        explanation = explanation.decode(errors="replace")
    return _cut(str(explanation or error))


def _short(error: BaseException) -> str:
    return _cut(str(error) or type(error).__name__)


def _cut(text: str) -> str:
    return " ".join(text.split())[:_MOST]
