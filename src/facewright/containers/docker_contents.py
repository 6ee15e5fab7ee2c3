"""What containers say and hold, through Docker's API."""

from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

import docker
import docker.errors
import requests

from facewright.containers.docker_errors import in_our_words
from facewright.containers.engine import Pieces

_PIECE = 1 << 20


class DockerContents:
    """Implements `Contents`."""

    def __init__(self, api: docker.APIClient) -> None:
        self._api = api

    def log(self, name: str, *, follow: bool = False) -> Iterator[bytes]:
        """Yield what the container wrote, from its start, in pieces."""
        with in_our_words(f"the log of the container {name} cannot be read"):
            try:
                yield from self._api.logs(name, stream=True, follow=follow)
            except docker.errors.NotFound:
                return

    def put(self, name: str, folder: str, archive: IO[bytes]) -> None:
        """Unpack a tar archive in a folder of the container, with the owners it names."""
        with in_our_words(f"files cannot be sent to the container {name}"):
            self._api.put_archive(name, folder, archive)

    def get(self, name: str, path: str) -> Pieces | None:
        """Return a tar archive of a file or folder, in pieces; None when it is not there."""
        # Not through the library's own method, whose answer cannot be closed before its end.
        place = f"{self._api.base_url}/v{self._api.api_version}/containers/{quote(name)}/archive"
        with in_our_words(f"files cannot be fetched from the container {name}"):
            answer = self._api.get(
                place, params={"path": path}, stream=True, timeout=self._api.timeout
            )
            if answer.ok:
                return _Answer(answer, name)
            try:
                answer.raise_for_status()
            except requests.HTTPError as error:
                if answer.status_code == requests.codes.not_found:
                    return None
                docker.errors.create_api_error_from_http_exception(error)
            finally:
                answer.close()
        return None


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
