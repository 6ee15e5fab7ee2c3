"""Writing a report: JSON, pictures and a page, all of them or none."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

from facewright.errors import EvaluationError, MissingLibrary
from facewright.evaluation.report.page import Figure, Page, as_html
from facewright.system.files import write_together

RECORD, PAGE = "report.json", "report.html"


def charts() -> ModuleType:
    """Return the module that draws, once its library is known to be there.

    Raises:
        MissingLibrary: matplotlib is not installed.
    """
    try:
        return import_module("facewright.evaluation.report.charts")
    except ImportError as error:
        raise MissingLibrary(
            f"drawing curves needs the library {error.name}, which is not installed",
            hint="run `pip install 'facewright[train]'`",
        ) from error


def check_output(folder: Path) -> None:
    """Check, before the long work, that a report can be drawn and written to a folder.

    Raises:
        EvaluationError: There is a file in its place.
        MissingLibrary: matplotlib is not installed.
    """
    charts()
    if folder.exists() and not folder.is_dir():
        raise EvaluationError(
            f"the report needs a folder: {folder} is a file", "name another one with --output"
        )


def as_json(record: Mapping[str, object]) -> str:
    """Return a report's record as JSON text, without a line break at its end."""
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)


def publish(
    folder: Path, record: Mapping[str, object], page: Page, figures: Sequence[Figure]
) -> list[Path]:
    """Write a report.

    Args:
        folder: Where to; it is made.
        record: The numbers, written as `report.json`.
        page: Their explanation, written as `report.html`.
        figures: Pictures, each a file of its own and part of the page.

    Returns:
        The files, the page first.
    """
    contents: dict[Path, bytes] = {
        folder / PAGE: as_html(page, figures).encode(),
        folder / RECORD: (as_json(record) + "\n").encode(),
        **{folder / figure.file: figure.png for figure in figures},
    }
    write_together({path: _writer(data) for path, data in contents.items()})
    return list(contents)


def _writer(data: bytes) -> Callable[[Path], None]:
    return partial(_write, data)


def _write(data: bytes, path: Path) -> None:
    path.write_bytes(data)
