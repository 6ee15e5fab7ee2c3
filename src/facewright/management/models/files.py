"""The files of models: kept by their digests in `<data>/store`, verified whenever they are read.

A file to keep is read twice: once for its digest, and once more to copy it, unless its bytes are
there already.
"""

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from facewright.containers.oci.blobs import BLOCK, Blobs
from facewright.errors import ManagementError
from facewright.management.records import StoredFile

Hear = Callable[[int], None]
"""Hears how many bytes more were worked on."""

_LEFT_OVER_AFTER = 24 * 3600.0  # seconds; nobody writes a file that long


class ModelFiles:
    """The store of a data folder; several processes may use it at once.

    Args:
        folder: ``<data>/store``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._blobs = Blobs(folder)

    def keep(self, file: Path, path: str, hear: Hear) -> StoredFile:
        """Keep a file, unless its bytes are kept already.

        Args:
            file: A regular file.
            path: Its name, or its path in a folder.
            hear: Hears of the bytes twice: when they were read, and when they are kept.

        Raises:
            ManagementError: It cannot be read or kept, or changed meanwhile.
        """
        try:
            digest, size = _read(file, hear)
            if self._is_whole(digest):
                hear(size)
            else:
                self._copy(file, digest, hear)
        except OSError as error:
            raise ManagementError(
                f"the file cannot be kept: {file}: {error.strerror}",
                hint="make it readable, or make room; then repeat the command",
            ) from error
        return StoredFile(path, digest, size)

    def has(self, digest: str) -> bool:
        """Return whether a file is there; its bytes are not looked at."""
        return self._blobs.has(digest)

    def path(self, digest: str) -> Path:
        """Return where a file is or would be; its bytes are not looked at."""
        return self._blobs.path(digest)

    def verified(self, file: StoredFile, model: str) -> Path:
        """Return where a file is kept, once its bytes were found to be right.

        Args:
            file: The file.
            model: Name, version and id of its model, for messages.

        Raises:
            ManagementError: It is missing or damaged.
        """
        path = self._blobs.path(file.digest)
        try:
            found, _ = _read(path, lambda _: None)
        except OSError:
            raise self._broken(file, model, "is missing") from None
        if found != file.digest:
            raise self._broken(file, model, f"is damaged: its digest is now {found}")
        return path

    def copy(self, file: StoredFile, place: Path, model: str, hear: Hear) -> None:
        """Copy a file, verified on the way; `place` holds it whole, or not at all.

        Raises:
            ManagementError: It is missing or damaged.
        """
        part = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            with self._blobs.path(file.digest).open("rb") as source, part.open("xb") as target:
                found, _ = _pump(source, target, hear)
            if found != file.digest:
                raise self._broken(file, model, f"is damaged: its digest is now {found}")
            part.replace(place)
        except FileNotFoundError:
            raise self._broken(file, model, "is missing") from None
        finally:
            part.unlink(missing_ok=True)

    def link(self, file: StoredFile, place: Path) -> None:
        """Make a file appear at another place, without a copy where the disk can do that."""
        place.parent.mkdir(parents=True, exist_ok=True)
        source = self._blobs.path(file.digest)
        part = place.with_name(f".{place.name}.{os.getpid()}")
        part.unlink(missing_ok=True)
        try:
            os.link(source, part)
        except OSError:
            shutil.copyfile(source, part)
        part.replace(place)
        part.unlink(missing_ok=True)  # two links to one file: the move was none

    def remove(self, digests: Iterable[str]) -> None:
        """Remove files that nothing needs any more; those that are gone are passed over."""
        for digest in digests:
            self._blobs.path(digest).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what processes that were killed left half-written, a day later."""
        with contextlib.suppress(OSError):
            for entry in os.scandir(self.folder / "sha256"):
                old = time.time() - entry.stat().st_mtime > _LEFT_OVER_AFTER
                if old and entry.name.startswith("."):
                    Path(entry.path).unlink(missing_ok=True)

    def _is_whole(self, digest: str) -> bool:
        # What is damaged is written anew: registering again mends it.
        path = self._blobs.path(digest)
        return path.is_file() and _read(path, lambda _: None)[0] == digest

    def _copy(self, file: Path, digest: str, hear: Hear) -> None:
        with self._blobs.writing() as target, file.open("rb") as source:
            while block := source.read(BLOCK):
                target.write(block)
                hear(len(block))
            if target.digest != digest:
                raise ManagementError(
                    f"the file changed while it was read: {file}",
                    hint="repeat the command when nothing writes to it any more",
                )

    def _broken(self, file: StoredFile, model: str, how: str) -> ManagementError:
        return ManagementError(
            f"{file.path} of the model {model} {how}; expected {file.digest}",
            hint="register the same file again, which mends it, or restore "
            f"{self._blobs.path(file.digest)} from a backup",
        )


def _read(file: Path, hear: Hear) -> tuple[str, int]:
    with file.open("rb") as source:
        return _pump(source, None, hear)


def _pump(source: BinaryIO, target: BinaryIO | None, hear: Hear) -> tuple[str, int]:
    size, content = 0, hashlib.sha256()
    while block := source.read(BLOCK):
        content.update(block)
        size += len(block)
        if target is not None:
            target.write(block)
        hear(len(block))
    return f"sha256:{content.hexdigest()}", size
