"""An object store as a place, through the file systems of Arrow: ``s3://``, ``gs://``, …."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pyarrow as pa
from pyarrow import fs

from facewright.bulk.stored import Stored
from facewright.errors import BulkError

P = ParamSpec("P")
T = TypeVar("T")
_BILLION = 1_000_000_000


def _told(action: Callable[P, T]) -> Callable[P, T]:
    """Turn what Arrow raises into our words."""

    @wraps(action)
    def act(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return action(*args, **kwargs)
        except (OSError, pa.ArrowException) as error:
            raise _explained(error) from error

    return act


class BucketPlace:
    """Objects below a prefix; hidden ones are passed over.

    An object appears when all of it has come, so writing needs no second name.

    Args:
        uri: As ``s3://bucket/prefix``. Credentials come from where the store's own tools look for
            them; an endpoint of one's own from ``AWS_ENDPOINT_URL`` or ``?endpoint_override=``.

    Attributes:
        uri: As given.
    """

    @_told
    def __init__(self, uri: str) -> None:
        self.uri = uri
        system, base = fs.FileSystem.from_uri(uri)
        self._system: Any = system
        self._base = base.rstrip("/")
        if not self._base:  # all buckets there are
            raise BulkError(
                f"no bucket is named: expected s3://bucket/prefix, received {uri}",
                hint="name the bucket; the prefix may be left out",
            )

    def files(self, below: str = "") -> Iterator[Stored]:
        """Yield the objects in the order of their names."""
        for found in sorted(self._found(below), key=lambda each: str(each.path)):
            path = found.path.removeprefix(self._base).lstrip("/")
            if found.type == fs.FileType.File and not _is_hidden(path):
                yield Stored(path, found.size, _nanoseconds(found.mtime))

    @_told
    def _found(self, below: str) -> list[Any]:
        top = self._at(below) if below else self._base
        selector = fs.FileSelector(top, recursive=True, allow_not_found=True)
        return list(self._system.get_file_info(selector))

    @_told
    def read(self, path: str) -> bytes:
        """Return an object's bytes."""
        with self._system.open_input_stream(self._at(path)) as stream:
            data: bytes = stream.read()
            return data

    @_told
    def has(self, path: str) -> bool:
        """Return whether there is such an object."""
        [found] = self._system.get_file_info([self._at(path)])
        return bool(found.type == fs.FileType.File)

    @_told
    def write(self, path: str, data: bytes) -> None:
        """Write an object."""
        with self._system.open_output_stream(self._at(path)) as stream:
            stream.write(data)

    @_told
    def remove(self, path: str) -> None:
        """Remove an object."""
        try:
            self._system.delete_file(self._at(path))
        except FileNotFoundError:
            return

    def _at(self, path: str) -> str:
        return f"{self._base}/{path}"


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _nanoseconds(changed: datetime | None) -> int:
    return round((changed or datetime.fromtimestamp(0, UTC)).timestamp() * _BILLION)


def _explained(error: BaseException) -> BulkError:
    words = " ".join(str(error).split())
    low = words.lower()
    if any(sign in low for sign in ("access_denied", "access denied", "credential", "forbidden")):
        hint = (
            "give credentials as for the store's own tools: AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or a profile; they need to list and read, and to write OUTPUT"
        )
    elif "no_such_bucket" in low or "does not exist" in low or "no such bucket" in low:
        hint = "check the bucket's name, and AWS_ENDPOINT_URL for a store of your own"
    elif "network" in low or "resolve" in low or "connect" in low or "curlcode" in low:
        hint = "check the network, and AWS_ENDPOINT_URL for a store of your own"
    else:
        hint = "see `pyarrow.fs.FileSystem.from_uri` for the URIs that can be named"
    return BulkError(f"the store refuses or does not answer: {words[:500]}", hint=hint)
