"""The report's page and its form for machines."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from facewright.errors import PhotosError
from facewright.photobook.files import write_report
from facewright.photobook.finding import Evidence, Finding, Severity, worst_first
from facewright.photobook.limits import Limits
from facewright.photobook.page import page
from facewright.photobook.report import PersonCount, Report
from facewright.photobook.similarity import Level
from facewright.photobook.words import printable, summary

HOSTILE = '<script>alert("1")</script>$photos & \x1b[31m'


def _report(*findings: Finding, name: str = "ada") -> Report:
    limits = Limits(Level(0.9, 0.02, 50), Level(0.6, 0.04, 50), measured=True)
    return Report(
        folder=Path("photos"),
        embedder="dlib-resnet-v1",
        detector="hog",
        people=(PersonCount(name, 3, 2),),
        limits=limits,
        findings=findings,
        boxes={},
    )


def _finding(name: str = "ada", **values: object) -> Finding:
    evidence = Evidence("sharpness", 0.30123, 0.42)
    arguments: dict[str, object] = {"photos": (f"{name}/1.jpg",), "evidence": evidence}
    return Finding(Severity.WARNING, "blurred", name, "the face is blurred", **(arguments | values))  # type: ignore[arg-type]


class _Reader(HTMLParser):
    """Collects tags, addresses and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_hostile_names_are_only_words_on_the_page() -> None:
    finding = _finding(HOSTILE, conflicts=(f"{HOSTILE}/2.jpg",))
    read = _Reader(page(_report(finding, name=HOSTILE), lambda name: None))
    assert "script" not in read.tags
    assert '<script>alert("1")</script>$photos & �[31m/1.jpg' in read.words
    assert "\x1b" not in "".join(read.words)


def test_a_photo_stands_beside_the_one_it_conflicts_with() -> None:
    finding = _finding(conflicts=("bruno/2.jpg",))
    shown = page(_report(finding), lambda name: f"data:image/jpeg;base64,{name[0]}")
    read = _Reader(shown)
    assert read.addresses == ["data:image/jpeg;base64,a", "data:image/jpeg;base64,b"]
    assert "To do: remove the photo if there are sharper ones." in read.words
    assert "sharpness 0.301 (limit 0.42)" in read.words


def test_a_photo_that_cannot_be_shown_has_a_place_without_a_picture() -> None:
    read = _Reader(page(_report(_finding()), lambda name: None))
    assert "img" not in read.tags
    assert "no picture" in read.words


def test_many_photos_are_cut_short() -> None:
    finding = _finding(photos=tuple(f"ada/{number}.jpg" for number in range(15)))
    assert "and 3 more" in _Reader(page(_report(finding), lambda name: None)).words


def test_a_clean_folder_has_a_page_too() -> None:
    words = _Reader(page(_report(), lambda name: None)).words
    assert "Nothing to complain about." in words


def test_the_form_for_machines_is_numbered_and_complete() -> None:
    content = json.loads(_report(_finding()).to_json())
    assert content == {
        "format": 1,
        "folder": "photos",
        "embedder": "dlib-resnet-v1",
        "detector": "hog",
        "people": [{"name": "ada", "photos": 3, "usable": 2}],
        "counts": {"error": 0, "warning": 1, "note": 0},
        "limits": {
            "own": {"median": 0.9, "spread": 0.02, "count": 50},
            "other": {"median": 0.6, "spread": 0.04, "count": 50},
            "measured": True,
            "same": 0.8,
            "hidden": 0.825,
            "near": 0.68,
            "apart": 0.64,
            "margin": 0.075,
        },
        "findings": [
            {
                "severity": "warning",
                "code": "blurred",
                "person": "ada",
                "message": "the face is blurred",
                "photos": ["ada/1.jpg"],
                "conflicts": [],
                "evidence": {"measure": "sharpness", "value": 0.30123, "limit": 0.42},
                "remedy": "remove the photo if there are sharper ones",
            }
        ],
    }


def test_findings_are_sorted_by_severity_then_person() -> None:
    names = ["c", "a", "b"]
    severities = [Severity.NOTE, Severity.WARNING, Severity.ERROR, Severity.WARNING]
    findings = [
        Finding(severity, "blurred", person, "") for severity in severities for person in names
    ]
    found = [finding.severity.value[0] + finding.person for finding in worst_first(findings)]
    assert found == ["ea", "eb", "ec", "wa", "wa", "wb", "wb", "wc", "wc", "na", "nb", "nc"]


def test_counts_are_said_in_words() -> None:
    assert summary(_report(_finding())) == "0 errors, 1 warning, 0 notes"


def test_what_cannot_be_printed_is_replaced() -> None:
    assert printable("Zoë\x1b[2J\n\udcff") == "Zoë�[2J��"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PhotosError) as caught:
        write_report(_report(), tmp_path / "file" / "report")
    assert "expected a writable folder at" in caught.value.message
    assert caught.value.hint == "name another folder with --output DIR"
