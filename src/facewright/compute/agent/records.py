"""Small JSON records in a job's folder: private, and durable once they are written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

_ROOM = 4096


def write_record(path: Path, record: dict[str, Any]) -> None:
    """Write a record that survives a power cut, whole or not at all; only its owner reads it."""
    temporary = reserve_record(path)
    fill_record(temporary, path, record)


def reserve_record(path: Path) -> Path:
    """Take the room on the disk that a record will need, so that a full disk cannot lose it.

    Returns:
        Where to write; `fill_record` brings it to its place.
    """
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    _write(temporary, b" " * _ROOM, os.O_CREAT | os.O_TRUNC)
    return temporary


def fill_record(reserved: Path, path: Path, record: dict[str, Any]) -> None:
    """Write a record into the room kept for it, and move it to its place."""
    _write(reserved, json.dumps(record).encode().ljust(_ROOM), 0)
    reserved.replace(path)
    _sync_folder(path.parent)


def read_record(path: Path) -> dict[str, Any] | None:
    """Return a record, or None when it is not there."""
    try:
        record: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return record


def _write(path: Path, data: bytes, flags: int) -> None:
    # Without O_TRUNC the blocks of the file stay its own, so writing again needs no room.
    with os.fdopen(os.open(path, os.O_WRONLY | flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
