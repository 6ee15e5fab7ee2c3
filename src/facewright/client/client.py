"""The client of a scoring service."""

import ipaddress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from facewright.client.photos import read_photo
from facewright.errors import InputError, ServiceError, ServiceRefused, ServiceUnreachable
from facewright.wire.problems import read_problem
from facewright.wire.scoring import (
    MAX_PHOTO_BYTES,
    Recognition,
    decode_answer,
    encode_input_bytes,
)

_SHOWN_CHARACTERS = 200


class Client:
    """Asks a scoring service who is on a photo.

    Args:
        url: The service's base address, or its scoring address that ends in ``/score``.
        key: A key of the service, for one that asks for it.
        timeout: Seconds to wait for each step of a request.
        max_photo_bytes: Larger photos are refused before they are sent.
        transport: Replaces the network, for tests.

    Raises:
        InputError: The address is not http or https, or the key cannot be a key.

    Example:
        >>> with Client("http://127.0.0.1:8000") as client:  # doctest: +SKIP
        ...     print(client.recognize(Path("someone.jpg")).name)
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        timeout: float = 30.0,
        *,
        max_photo_bytes: int = MAX_PHOTO_BYTES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base = _base(url)
        self._timeout = timeout
        self._max_photo_bytes = max_photo_bytes
        self._http = httpx.Client(
            headers=_authorization(key),
            timeout=timeout,
            transport=transport,
            # A proxy is of no use on the way to this machine, and may break it.
            trust_env=not _is_loopback(self._base.host),
        )

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The scoring address, without a password it may have held."""
        return str(self._address("score").copy_with(username=None, password=None))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def recognize(self, photo: Path | bytes) -> Recognition:
        """Return who is on a photo.

        Args:
            photo: A photo's path, or the bytes of its file.

        Raises:
            PhotoUnreadable: There is no such file, or it is empty.
            PhotoTooLarge: The file is over the limit.
            ServiceUnreachable: Nobody answers at the address, or not in time.
            ServiceRefused: The service answered with an error; its words and code.
            ServiceError: The answer is not that of a face-recognition service.
        """
        data = read_photo(photo, self._max_photo_bytes)
        body = {"input_bytes": encode_input_bytes(data)}
        return decode_answer(self._request("POST", "score", json=body).text)

    def health(self) -> str:
        """Return the service's word on its health, ``Healthy``.

        Raises:
            ServiceUnreachable: Nobody answers at the address, or not in time.
            ServiceRefused: The service answered with an error.
        """
        return self._request("GET", "").text

    def _request(self, method: str, path: str, **body: Any) -> httpx.Response:
        try:
            response = self._http.request(method, self._address(path), **body)
        except httpx.TimeoutException as error:
            raise ServiceUnreachable(
                f"{self.url} did not answer within {self._timeout:g} s",
                hint="look at the service's log, or allow it more time",
            ) from error
        except httpx.TransportError as error:
            raise ServiceUnreachable(
                f"nobody answers at {self.url}: {error}",
                hint="check that the service is running, and its address and port",
            ) from error
        except httpx.RequestError as error:
            raise ServiceError(f"the answer of {self.url} cannot be read: {error}") from error
        if not response.is_success:
            raise _refused(response)
        return response

    def _address(self, path: str) -> httpx.URL:
        return self._base.copy_with(path=f"{self._base.path}{path}")


def _base(url: str) -> httpx.URL:
    """Return the base address with a slash at its end."""
    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise InputError(f"{url!r} is not an address: {error}", hint=_URL_HINT) from error
    if address.scheme not in ("http", "https") or not address.host:
        raise InputError(f"{url!r} is not an http or https address", hint=_URL_HINT)
    path = address.path.rstrip("/").removesuffix("/score")
    return address.copy_with(path=f"{path}/", query=None, fragment=None)


_URL_HINT = "give an address such as http://127.0.0.1:8000/score"


def _authorization(key: str | None) -> dict[str, str]:
    if key is None:
        return {}
    # Checked here, since a key that is no header would be quoted in the transport's error.
    if not key or not all("!" <= character <= "~" for character in key):
        raise InputError(
            "the key is empty or holds a character that no key has",
            hint="copy the primary or secondary key of the service again",
        )
    return {"Authorization": f"Bearer {key}"}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(response: httpx.Response) -> ServiceRefused:
    try:
        problem = read_problem(response.json())
    except ValueError:
        problem = None
    if problem is not None:
        words, hint, code = problem.detail, problem.hint, problem.code
    else:
        words, hint, code = _words(response), None, None
    if hint is None and response.status_code in (401, 403):
        hint = "Give the primary or secondary key of the service."
    return ServiceRefused(words, hint, status=response.status_code, problem=code)


def _words(response: httpx.Response) -> str:
    """Return what can be said of an answer that is no problem document."""
    text = " ".join(response.text.split())[:_SHOWN_CHARACTERS]
    said = f": {text}" if text else ""
    return f"the service answered {response.status_code} {response.reason_phrase}{said}"
