"""The report's files, which appear together or not at all."""

from pathlib import Path

from facewright.errors import PhotosError
from facewright.photobook.page import page
from facewright.photobook.report import Report
from facewright.photobook.thumbnails import ThumbnailMaker
from facewright.system.files import write_together

PAGE, DATA = "report.html", "report.json"


def write_report(report: Report, output: Path) -> tuple[Path, Path]:
    """Write ``report.html`` and ``report.json``.

    Args:
        report: What was found.
        output: Folder to write into; it is created.

    Returns:
        The two files.

    Raises:
        PhotosError: The folder cannot be written.
    """
    html = page(report, ThumbnailMaker(report.folder, report.boxes))
    data = report.to_json()
    files = output / PAGE, output / DATA
    try:
        write_together(
            {
                files[0]: lambda path: _write(path, html),
                files[1]: lambda path: _write(path, data),
            }
        )
    except OSError as error:
        raise PhotosError(
            f"the report cannot be written: expected a writable folder at {output}, "
            f"received: {error.strerror}",
            hint="name another folder with --output DIR",
        ) from error
    return files


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
