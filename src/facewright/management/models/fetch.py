"""Fetching a model from a web address: within a limit, and going on where it stopped before.

A part waits in `<data>/store/fetched` under the digest of its address, beside a note of which file
of the server's it is a part of (its strong ``ETag`` or, without one, when it was changed). A server
whose file is another now sends it whole.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from facewright.errors import ManagementError
from facewright.system import digest
from facewright.system.files import write_text
from facewright.system.outside_text import shown

if TYPE_CHECKING:
    import httpx

Progress = Callable[[int, int], None]

_SCHEMES = ("http", "https")
_SECONDS = 30.0
_BLOCK = 1 << 20
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")
_MORE, _WHOLE, _BEYOND = 206, 200, 416


def is_address(text: str) -> bool:
    """Return whether a text is a web address rather than a path."""
    return urlsplit(text).scheme in _SCHEMES


@contextmanager
def fetched(address: str, folder: Path, limit: int, progress: Progress) -> Iterator[Path]:
    """Yield the file at a web address, which goes when the block ends well.

    Args:
        address: ``http`` or ``https``; a name and a password in it are sent, and never shown.
        folder: Where parts wait.
        limit: Bytes that are taken at most.
        progress: Is told how many bytes came, and of how many; 0 when the server does not say.

    Raises:
        ManagementError: It cannot be fetched, or is too large. What came stays for the next time.
    """
    place = folder / digest.of_text(address).removeprefix("sha256:")
    part = place / _name(address)
    place.mkdir(parents=True, exist_ok=True)
    _Fetch(address, part, limit, progress).go()
    yield part
    part.unlink()
    _note(part).unlink(missing_ok=True)
    place.rmdir()


class _Fetch:
    def __init__(self, address: str, part: Path, limit: int, progress: Progress) -> None:
        self._address = address
        self._part = part
        self._limit = limit
        self._progress = progress
        self._host = urlsplit(address).hostname or ""

    def go(self) -> None:
        import httpx

        try:
            with httpx.Client(follow_redirects=True, timeout=_SECONDS, max_redirects=5) as client:
                while not self._once(client):
                    pass
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._failed(f"{type(error).__name__}: {error}") from error

    def _once(self, client: "httpx.Client") -> bool:
        have = self._part.stat().st_size if self._part.exists() else 0
        with client.stream("GET", self._address, headers=self._headers(have)) as response:
            if response.url.scheme not in _SCHEMES:
                raise self._failed("it leads to another kind of address")
            if response.status_code == _BEYOND and have:
                if response.headers.get("Content-Range") == f"bytes */{have}":
                    return True  # all of it came before
                self._part.unlink()  # the file is another; from its beginning then
                return False
            begin = self._begin(response, have)
            self._take(response, begin)
        return True

    def _headers(self, have: int) -> dict[str, str]:
        # Compressed bytes would have other positions.
        plain = {"Accept-Encoding": "identity"}
        known = _read_note(self._part)
        return plain | {"Range": f"bytes={have}-", "If-Range": known} if have and known else plain

    def _begin(self, response: "httpx.Response", have: int) -> int:
        if response.status_code == _WHOLE:
            return 0
        found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if response.status_code != _MORE or found is None or int(found[1]) != have:
            raise self._failed(f"it answers {response.status_code} {response.reason_phrase}")
        return have

    def _take(self, response: "httpx.Response", begin: int) -> None:
        length = response.headers.get("Content-Length", "")
        total = begin + int(length) if length.isdecimal() else 0
        self._check(total)
        if begin == 0:
            self._part.unlink(missing_ok=True)
            write_text(_note(self._part), json.dumps(_validator(response)))
        done = begin
        with self._part.open("ab") as file:
            for block in response.iter_bytes(_BLOCK):
                done += len(block)
                self._check(done)
                file.write(block)
                self._progress(done, total)
        if total and done != total:
            raise self._failed(f"it ended after {done} of {total} bytes")

    def _check(self, size: int) -> None:
        if size > self._limit:
            self._part.unlink(missing_ok=True)
            raise ManagementError(
                f"the model is too large: expected at most {self._limit} bytes, {self._host} has "
                f"{size} or more",
                hint="raise it with --limit MEGABYTES",
            )

    def _failed(self, why: str) -> ManagementError:
        return ManagementError(
            f"the model cannot be fetched from {self._host}: {why}",
            hint="repeat the command, which goes on where it stopped",
        )


def _name(address: str) -> str:
    name = PurePosixPath(unquote(urlsplit(address).path)).name
    if (
        not name
        or not name.isprintable()
        or "\\" in name
        or name.startswith(".")
        or len(name) > 200
    ):
        raise ManagementError(
            f"the address does not name a file: received {shown(name)}",
            hint="as in https://host/models/my_model.onnx",
        )
    return name


def _validator(response: "httpx.Response") -> str:
    tag: str = response.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")


def _note(part: Path) -> Path:
    return part.with_name(f".{part.name}.json")


def _read_note(part: Path) -> str:
    try:
        return str(json.loads(_note(part).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return ""
