"""The photo files of a list of pairs: ``<folder>/<name>/<name>_0001.jpg``."""

from collections.abc import Iterable
from pathlib import Path

from facewright.errors import EvaluationError
from facewright.evaluation.pairs.pair_list import Shot

_SUFFIXES = (".jpg", ".jpeg", ".png")
_MOST_ABSENT = 0.01  # more than that, and it is another folder
_SHOWN = 3


def find_photos(shots: Iterable[Shot], folder: Path) -> dict[Shot, Path]:
    """Return where every photo is, or should be.

    Copies of a data set lack a file now and then. Up to one in a hundred may be absent: their
    pairs count as wrong, so that leaving photos out never helps.

    Args:
        shots: The photos of a list.
        folder: Holds a folder for each person, as LFW does.

    Returns:
        The file of every photo; that of an absent one does not exist.

    Raises:
        EvaluationError: The folder or too many of the files are not there; names the first.
    """
    if not folder.is_dir():
        raise EvaluationError(
            f"no folder of photos: {folder} does not exist",
            "give the folder that holds one folder for each person",
        )
    files = {shot: _file(shot, folder) for shot in shots}
    absent = [path for path in files.values() if not path.is_file()]
    if len(absent) > _MOST_ABSENT * len(files):
        raise _incomplete([path.relative_to(folder) for path in absent], len(files), folder)
    return files


def _file(shot: Shot, folder: Path) -> Path:
    stem = folder / shot.person / f"{shot.person}_{shot.number:04d}"
    paths = [stem.with_name(stem.name + suffix) for suffix in _SUFFIXES]
    return next((path for path in paths if path.is_file()), paths[0])


def _incomplete(absent: list[Path], total: int, folder: Path) -> EvaluationError:
    shown = ", ".join(path.as_posix() for path in absent[:_SHOWN])
    more = f" and {len(absent) - _SHOWN} more" if len(absent) > _SHOWN else ""
    return EvaluationError(
        f"photos are missing: expected {total} photos <name>/<name>_0001.jpg in {folder}, "
        f"{len(absent)} of them are not there: {shown}{more}",
        "give the folder whose people the list names",
    )
