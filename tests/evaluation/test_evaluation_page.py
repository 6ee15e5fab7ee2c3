"""Reports as pages, and files that appear together."""

import json
from pathlib import Path

import numpy as np
import pytest

from facewright.errors import EvaluationError
from facewright.evaluation.curves import curve
from facewright.evaluation.report import charts
from facewright.evaluation.report.page import Fact, Figure, Page, Table, as_html
from facewright.evaluation.report.publish import check_output, publish

_EVIL = "<script>alert('$title')</script>"
_PAGE = Page(
    f"Title {_EVIL}",
    [Fact(_EVIL, _EVIL, _EVIL)],
    [_EVIL],
    tables=[Table(_EVIL, ("", _EVIL), [(_EVIL, _EVIL)])],
    lists=[Table("Lists", ("photo", "reason"), [("a", _EVIL)])],
)
_FIGURE = Figure("roc.png", f'caption {_EVIL} "quoted"', b"\x89PNG")


def test_a_page_escapes_every_text_and_needs_no_other_file() -> None:
    text = as_html(_PAGE, [_FIGURE])
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert(&#x27;$title&#x27;)") == 13
    assert 'src="data:image/png;base64,iVBORw=="' in text
    assert "http:" not in text
    assert "https:" not in text
    assert "&quot;quoted&quot;" in text


def test_a_report_is_written_whole(tmp_path: Path) -> None:
    record = {"accuracy": 0.5, "name": "Zoë"}
    written = publish(tmp_path / "report", record, _PAGE, [_FIGURE])
    assert [path.name for path in written] == ["report.html", "report.json", "roc.png"]
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == [
        "report.html",
        "report.json",
        "roc.png",
    ]
    assert json.loads(written[1].read_text(encoding="utf-8")) == record
    assert written[2].read_bytes() == _FIGURE.png


def test_a_report_is_not_written_in_part(tmp_path: Path) -> None:
    (tmp_path / "roc.png").mkdir()
    with pytest.raises(OSError, match="roc.png"):
        publish(tmp_path, {}, _PAGE, [_FIGURE])
    assert [path.name for path in tmp_path.iterdir()] == ["roc.png"]


def test_a_file_in_the_folders_place_is_explained(tmp_path: Path) -> None:
    place = tmp_path / "report"
    place.write_text("")
    with pytest.raises(EvaluationError, match=f"the report needs a folder: {place} is a file"):
        check_output(place)


def test_charts_are_drawn_with_names_of_any_script() -> None:
    curves = {"雅 $x_1$": curve(np.array([0.9, 0.4]), np.array([0.1, 0.5]))}
    names = ["雅", "$100", "_hidden"]
    for png in (
        charts.draw_roc(curves, "false", "true"),
        charts.draw_det(curves, "false", "miss"),
        charts.draw_confusion_matrix(np.eye(3, dtype=np.int64), names, names),
    ):
        assert png.startswith(b"\x89PNG")
