"""What containers say and hold, through Docker's API."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import IO
from urllib.parse import quote

import docker
import docker.errors
import requests

from facewright.containers.docker_errors import in_our_words
from facewright.containers.engine import Pieces

_PIECE = 1 << 20
_HEADER = 8


class DockerContents:
    """Implements `Contents`.

    Args:
        api: For questions, which are answered soon.
        working: For work, which may take long.
    """

    def __init__(self, api: docker.APIClient, working: docker.APIClient) -> None:
        self._api = api
        self._working = working

    def log(self, name: str, *, follow: bool = False) -> Iterator[bytes]:
        """Yield what the container wrote, from its start, in pieces."""
        # Not through the library's own method, which waits without end.
        api = self._working if follow else self._api
        with in_our_words(f"the log of the container {name} cannot be read"):
            answer = _ask(api, name, "logs", stdout=1, stderr=1, follow=int(follow))
            if answer is not None:
                with closing(answer):
                    yield from _unframed(answer.iter_content(_PIECE))

    def put(self, name: str, folder: str, archive: IO[bytes]) -> None:
        """Unpack a tar archive in a folder of the container, with the owners it names."""
        with in_our_words(f"files cannot be sent to the container {name}"):
            self._working.put_archive(name, folder, archive)

    def get(self, name: str, path: str) -> Pieces | None:
        """Return a tar archive of a file or folder, in pieces; None when it is not there."""
        # Not through the library's own method, whose answer cannot be closed before its end.
        with in_our_words(f"files cannot be fetched from the container {name}"):
            answer = _ask(self._api, name, "archive", path=path)
        return None if answer is None else _Answer(answer, name)


def _ask(
    api: docker.APIClient, name: str, what: str, **values: str | int
) -> requests.Response | None:
    """Return the answer about a container, to be read and closed; None when it is not there."""
    place = f"{api.base_url}/v{api.api_version}/containers/{quote(name)}/{what}"
    answer = api.get(place, params=values, stream=True, timeout=api.timeout)
    if answer.ok:
        return answer
    try:
        answer.raise_for_status()
    except requests.HTTPError as error:
        if answer.status_code != requests.codes.not_found:
            docker.errors.create_api_error_from_http_exception(error)
    finally:
        answer.close()
    return None


def _unframed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what is in frames: four bytes that say which stream it is of, four its length."""
    head, left = b"", 0
    for piece in pieces:
        at = 0
        while at < len(piece):
            part = piece[at : at + (left or _HEADER - len(head))]
            at += len(part)
            if left:
                left -= len(part)
                yield part
            elif len(head := head + part) == _HEADER:
                left, head = int.from_bytes(head[4:], "big"), b""


class _Answer:
    """Implements `Pieces`."""

    def __init__(self, answer: requests.Response, name: str) -> None:
        self._answer = answer
        self._name = name

    def __iter__(self) -> Iterator[bytes]:
        with in_our_words(f"files cannot be fetched from the container {self._name}"):
            yield from self._answer.iter_content(_PIECE)

    def close(self) -> None:
        """Let go of the rest."""
        self._answer.close()
