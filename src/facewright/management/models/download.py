"""A registered model, copied into a folder: verified, and all of it or nothing.

It is put together in a hidden folder beside where it goes, which stays when it is interrupted; the
next time goes on from there.
"""

import shutil
from pathlib import Path

from facewright.errors import ManagementError
from facewright.management.models.files import Hear, ModelFiles
from facewright.management.models.models import Progress, known_as
from facewright.management.records import Model, StoredFile
from facewright.system import digest


def download(
    model: Model,
    files: ModelFiles,
    folder: Path,
    *,
    overwrite: bool = False,
    progress: Progress = lambda done, total: None,
) -> Path:
    """Copy a model into a folder.

    Args:
        model: The model.
        files: Where its files are.
        folder: Made when missing; the file or folder in it is called as when it was registered.
        overwrite: Whether what is there may be replaced.
        progress: Is told how many bytes are there, and of how many.

    Returns:
        The file, or the folder.

    Raises:
        ManagementError: Something is in the way, the folder cannot be written, or a file of the
            model is missing or damaged. Nothing was written.
    """
    place = folder / Path(model.place).name
    _check_free(place, overwrite)
    stage = folder / f".facewright-{model.id}"
    try:
        stage.mkdir(parents=True, exist_ok=True)
        _fill(stage, model, files, progress)
        _move(stage if model.is_folder else stage / model.files[0].path, place)
        if not model.is_folder:
            shutil.rmtree(stage)
    except OSError as error:
        raise ManagementError(
            f"the model could not be written: {error.strerror}: {folder}",
            hint="make room, or make the folder writable, and repeat the command, which goes on "
            "where it stopped",
        ) from error
    return place


def _fill(stage: Path, model: Model, files: ModelFiles, progress: Progress) -> None:
    done = 0

    def hear(more: int) -> None:
        nonlocal done
        done += more
        progress(done, model.size)

    for file in model.files:
        _put(stage / file.path, file, model, files, hear)


def _put(place: Path, file: StoredFile, model: Model, files: ModelFiles, hear: Hear) -> None:
    if place.is_file() and not place.is_symlink() and digest.of_file(place) == file.digest:
        hear(file.size)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    files.copy(file, place, known_as(model), hear)


def _check_free(place: Path, overwrite: bool) -> None:
    if not place.exists() and not place.is_symlink():
        return
    if not overwrite or place.is_symlink() or place.is_dir():
        raise ManagementError(
            f"something is in the way: {place}",
            hint="name another folder with -d, move it away, or replace a file with --overwrite",
        )


def _move(source: Path, place: Path) -> None:
    source.replace(place)
