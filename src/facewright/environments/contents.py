"""What an image holds of ours, as a folder: unpacked once for each image, shared by services."""

import os
import re
import shutil
import sys
import tarfile
import tempfile
import time
import uuid
import venv
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from facewright.containers.oci.descriptor import LAYER
from facewright.containers.oci.layout import Image, Layout
from facewright.errors import EngineError

_OURS = (PurePosixPath("app"), PurePosixPath("opt/facewright"))
_COMPILED = re.compile(r"\.cpython-(\d)(\d+)\w*-[\w-]+\.so$")
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)
_MOST_FILES = 200_000
_GONE = ".gone-"
_OLD_SECONDS = 24 * 3600
PYTHON = "python"


def unpack(layout: Layout, image: Image, contents: Path) -> Path:
    """Unpack the files of an image that are not its base's.

    Args:
        layout: Holds the image.
        image: The image; its platform must be that of this machine.
        contents: Holds a folder for each image, named by the digest of its manifest.

    Returns:
        The folder: the image's `app` and `opt/facewright`, and an empty virtual environment,
        `python`, so that nothing that is installed on this machine mixes with what the image has.

    Raises:
        EngineError: It is no image of a service, or was made for another Python.
        ImageError: A layer is missing or damaged.
    """
    place = contents / image.manifest.digest.partition(":")[2]
    if place.is_dir():
        return place
    contents.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=contents, prefix=".") as folder:
        made = Path(folder, "made")
        made.mkdir(mode=0o755)
        for layer in image.layers:
            if layer.media_type == LAYER:  # ours are never compressed
                layout.blobs.check(layer.digest)
                _unpack_layer(layout.blobs.path(layer.digest), made)
        _check(made, image)
        venv.EnvBuilder(symlinks=True, with_pip=False).create(made / PYTHON)
        _rename(made, place)
    return place


def _rename(made: Path, place: Path) -> None:
    try:
        made.rename(place)
    except OSError:
        if not place.is_dir():  # else somebody else was first
            raise


def forget_unused(contents: Path, used: set[Path]) -> None:
    """Delete the folders of images that are not in use, and what killed commands left."""
    for folder in contents.iterdir() if contents.is_dir() else ():
        if folder.name.startswith(_GONE):
            shutil.rmtree(folder, ignore_errors=True)
        elif folder.name.startswith("."):
            _forget_old(folder)
        elif folder not in used:
            # Whole or not at all, whenever this is killed: who finds the name takes it for whole.
            gone = contents / f"{_GONE}{uuid.uuid4().hex}"
            with suppress(FileNotFoundError):  # somebody else was first
                folder.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)


def _forget_old(folder: Path) -> None:
    """Delete what was being unpacked so long ago that nobody is at it any more."""
    with suppress(FileNotFoundError):
        if time.time() - folder.stat().st_mtime > _OLD_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _unpack_layer(layer: Path, folder: Path) -> None:
    made: set[PurePosixPath] = set()
    try:
        with tarfile.open(layer, "r:") as archive, layer.open("rb") as content:
            for number, (path, member) in enumerate(_ours(archive)):
                if number >= _MOST_FILES:
                    raise EngineError(f"an image has more than {_MOST_FILES:,} files")
                if path.parent not in made:
                    (folder / path.parent).mkdir(parents=True, exist_ok=True)
                    made.add(path.parent)
                _write(content, member, folder / path)
    except tarfile.TarError as error:
        raise EngineError(
            f"a layer of the image cannot be unpacked: {error}",
            hint="create the image again; it was written by something else, or is damaged",
        ) from error


def _ours(archive: tarfile.TarFile) -> Iterator[tuple[PurePosixPath, tarfile.TarInfo]]:
    """Yield the files of the image that we put there; a base has links, devices and the rest."""
    for member in archive:
        path = PurePosixPath(member.name.removeprefix("./"))
        if member.type not in _PLAIN or not any(path.is_relative_to(ours) for ours in _OURS):
            continue
        if ".." in path.parts:
            raise EngineError(f"a layer of the image holds a path that leads out: {path}")
        yield path, member


def _write(content: BinaryIO, member: tarfile.TarInfo, place: Path) -> None:
    """Copy a file out of a layer; `tarfile` itself takes three times as long."""
    place.unlink(missing_ok=True)  # a higher layer has another of the name
    mode = 0o755 if member.mode & 0o100 else 0o644
    file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        at, end = member.offset_data, member.offset_data + member.size
        while at < end:
            copied = os.sendfile(file, content.fileno(), at, end - at)
            if not copied:
                raise EngineError("a layer of the image ends too soon")
            at += copied
    finally:
        os.close(file)


def _check(folder: Path, image: Image) -> None:
    if not (folder / "opt/facewright/lib").is_dir() or not (folder / "app").is_dir():
        raise EngineError(
            "not an image of a service: expected /app and /opt/facewright/lib in its own layers, "
            f"received {image.manifest.digest}",
            hint="make one with `facewright image create`",
        )
    made_for = {
        (int(found[1]), int(found[2]))
        for file in (folder / "opt/facewright/lib").rglob("*.so")
        if (found := _COMPILED.search(file.name))
    }
    if made_for and sys.version_info[:2] not in made_for:
        theirs = ", ".join(f"{major}.{minor}" for major, minor in sorted(made_for))
        raise EngineError(
            f"the image was made for Python {theirs}, this is Python "
            f"{sys.version_info.major}.{sys.version_info.minor}",
            hint="run it in an environment with the engine docker, or create an image for this "
            "Python",
        )
