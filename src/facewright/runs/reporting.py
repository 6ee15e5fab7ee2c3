"""What a script calls inside a run: `log`, `log_parameters`, `tag` and `upload`.

Everything goes to files of the job (see `reported`), and from there into the history, also when the
history cannot be reached from where the job runs. Outside a run nothing happens. Only the standard
library is loaded here.
"""

import os
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from facewright.errors import InputError
from facewright.runs.job_environment import REPORT_VARIABLE
from facewright.runs.reported import (
    METRIC,
    NAME_LIMIT,
    PARAMETER,
    SERIES_LIMIT,
    TAG,
    TEXT,
    TEXT_LIMIT,
    Record,
    is_name,
    line_of,
)

REPORTED = "reported.jsonl"
ARTEFACTS = "artefacts"
FIGURES = "figures"


def log(name: str, value: Any, step: int | None = None) -> None:
    """Report a number, a text, a series or a figure of this run.

    Args:
        name: What it is; letters, digits, spaces and ``_ - . : /``.
        value: A number or truth value; a text; a list of numbers, which becomes a chart; or a
            figure of matplotlib, which is kept as a picture. Numbers of numpy are numbers, its
            arrays of one dimension are lists. Reported again, a text or figure replaces the
            earlier one.
        step: Where in a series the number is, such as the epoch; a list begins there, 0 if None.

    Raises:
        InputError: The name or the value cannot be reported.
    """
    _check_name(name)
    if (folder := report_folder()) is None:
        return
    if hasattr(value, "savefig"):
        _save_figure(folder, name, value)
    elif isinstance(value, str):
        append(folder, [Record(TEXT, now(), name, value=_short_text(name, value))])
    else:
        append(folder, _series(name, _numbers(name, value), _checked_step(step)))


def log_parameters(values: Mapping[str, Any]) -> None:
    """Report what the run was made with, such as ``vars(arguments)``; the first value stays.

    Raises:
        InputError: A name cannot be reported, or a value is too long.
    """
    _append_texts(PARAMETER, values)


def tag(name: str, value: Any) -> None:
    """Mark the run, so that it can be found; a later value replaces an earlier one.

    Raises:
        InputError: The name cannot be reported, or the value is too long.
    """
    _append_texts(TAG, {name: value})


def upload(artefact: str, content: bytes | str | Path) -> None:
    """Keep a file with the run.

    Args:
        artefact: Name to keep it by; forward slashes make folders.
        content: The bytes, a text, or a path of a file to copy.

    Raises:
        InputError: The name leads elsewhere, or the path is no file.
    """
    path = _checked_artefact(artefact)
    if isinstance(content, Path) and not content.is_file():
        raise InputError(f"no file to upload: {content}")
    if (folder := report_folder()) is None:
        return
    destination = folder / ARTEFACTS / path
    destination.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        shutil.copyfile(content, destination)
    else:
        destination.write_bytes(content.encode() if isinstance(content, str) else content)


def report_folder() -> Path | None:
    """Return where this process reports to, or None outside a run."""
    folder = os.environ.get(REPORT_VARIABLE)
    return Path(folder) if folder else None


def append(folder: Path, new: Iterable[Record]) -> None:
    """Append records; each is one `write`, so that several processes may report at once.

    Args:
        folder: The report's folder; made when missing.
        new: What to append.
    """
    folder.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    handle = os.open(folder / REPORTED, flags, 0o666)
    try:
        for record in new:
            line = line_of(record)
            if os.write(handle, line) != len(line):  # the disk is full: end the part of a line
                os.write(handle, b"\n")
                raise OSError(f"the disk is full: {folder / REPORTED}")
    finally:
        os.close(handle)


def now() -> int:
    """Return the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def _series(name: str, values: Sequence[float], start: int) -> list[Record]:
    at = now()
    return [
        Record(METRIC, at, name, values=tuple(values[i : i + SERIES_LIMIT]), step=start + i)
        for i in range(0, len(values), SERIES_LIMIT)
    ]


def _numbers(name: str, value: Any) -> list[float]:
    plain = value.tolist() if hasattr(value, "tolist") else value  # numpy's and its kin's
    numbers = list(plain) if isinstance(plain, list | tuple) else [plain]
    if not all(isinstance(number, int | float) or hasattr(number, "dtype") for number in numbers):
        raise InputError(
            f"{name!r} cannot be logged: expected a number, a text, a list of numbers or a figure, "
            f"received {_kind(value)}",
            hint="a file is kept with facewright.runs.upload",
        )
    try:
        return [float(number) for number in numbers]
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"{name!r} cannot be logged: {error}") from error


def _kind(value: Any) -> str:
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"{type(value).__name__} of shape {tuple(shape)}"
    if isinstance(value, list | tuple):
        kinds = sorted({type(each).__name__ for each in value})
        return f"{type(value).__name__} of {', '.join(kinds)}"
    return type(value).__name__


def _checked_step(step: int | None) -> int:
    if step is None:
        return 0
    if isinstance(step, bool) or not hasattr(step, "__index__"):
        raise InputError(f"not a step: expected an integer, received {step!r}")
    return int(step)


def _append_texts(kind: str, values: Mapping[str, Any]) -> None:
    at = now()
    new = []
    for name, value in values.items():
        _check_name(name)
        new.append(Record(kind, at, name, value=_short_text(name, str(value))))
    if (folder := report_folder()) is not None:
        append(folder, new)


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not is_name(name):
        raise InputError(
            f"not a name to report by: expected 1 to {NAME_LIMIT} letters, digits, spaces or any "
            f"of _-.:/, received {str(name)[:100]!r}"
        )


def _short_text(name: str, text: str) -> str:
    if len(text) > TEXT_LIMIT:
        raise InputError(
            f"the text of {name!r} is too long: expected at most {TEXT_LIMIT} characters, "
            f"received {len(text)}",
            hint="keep it as a file, with facewright.runs.upload",
        )
    return text


def _save_figure(folder: Path, name: str, figure: Any) -> None:
    path = folder / ARTEFACTS / FIGURES / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png")


def _checked_artefact(artefact: str) -> PurePosixPath:
    path = PurePosixPath(artefact)
    hostile = path.is_absolute() or ".." in path.parts or "\\" in artefact or "\0" in artefact
    if hostile or not path.parts:
        raise InputError(
            f"not a name to keep a file by: expected a relative path, received {artefact[:100]!r}",
            hint="name it like plots/loss.png",
        )
    return path
