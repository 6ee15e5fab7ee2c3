"""Reads a photo's file, within a limit; what is in it is for the service to judge."""

import asyncio
from pathlib import Path

from facewright.errors import PhotoTooLarge, PhotoUnreadable


def read_photo(photo: Path | bytes, max_bytes: int) -> bytes:
    """Return a photo's bytes.

    Args:
        photo: A path, or the bytes themselves.
        max_bytes: The most that is read.

    Raises:
        PhotoUnreadable: There is no such file, it cannot be read, or it is empty.
        PhotoTooLarge: It is over the limit.
    """
    what = "the photo" if isinstance(photo, bytes) else f"the photo {photo}"
    data = photo if isinstance(photo, bytes) else _read(photo, max_bytes)
    if not data:
        raise PhotoUnreadable(f"{what} is empty")
    if len(data) > max_bytes:
        raise PhotoTooLarge(
            f"{what} is over the limit of {max_bytes:,} bytes", hint="send a smaller copy of it"
        )
    return data


async def read_photo_async(photo: Path | bytes, max_bytes: int) -> bytes:
    """Return a photo's bytes without holding up the event loop; see `read_photo`."""
    if isinstance(photo, bytes):
        return read_photo(photo, max_bytes)
    return await asyncio.to_thread(read_photo, photo, max_bytes)


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except OSError as error:
        raise PhotoUnreadable(
            f"the photo {path} cannot be read: {error.strerror}", hint="check the path"
        ) from error
