"""Faults planted in a folder of drawn people are found, and nothing is made up."""

from facewright.photobook.codes import REMEDIES
from facewright.photobook.finding import Finding, Severity
from facewright.photobook.report import Report

ERROR, WARNING, NOTE = Severity


def _of(report: Report, code: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.code == code]


def _photos(report: Report, code: str) -> list[str]:
    return sorted(name for finding in _of(report, code) for name in finding.photos)


def test_nothing_is_wrong_with_a_clean_folder(clean: Report) -> None:
    assert clean.findings == ()
    assert clean.limits is not None
    assert clean.limits.measured


def test_the_same_file_twice_is_a_warning_and_under_two_names_an_error(spoiled: Report) -> None:
    across, within = _of(spoiled, "exact-duplicate")
    assert (across.severity, within.severity) == (ERROR, WARNING)
    assert across.photos == ("ada/31-0001.jpg",)
    assert across.conflicts == ("bruno/same-bytes-as-ada.jpg",)
    assert across.message == "the same file is in the folders of ada and bruno"
    assert (within.photos, within.conflicts) == (("ada/31-0000.jpg",), ("ada/same-bytes.jpg",))
    assert within.message == "the same file is in the folder 2 times"


def test_copies_of_another_size_or_frame_are_found(spoiled: Report) -> None:
    smaller, cut = _of(spoiled, "near-duplicate")
    assert {*smaller.photos, *smaller.conflicts} == {"ada/31-0002.jpg", "ada/smaller.jpg"}
    assert {*cut.photos, *cut.conflicts} == {"clara/194-0000.jpg", "clara/cut.png"}
    assert smaller.severity is cut.severity is WARNING


def test_photos_in_the_wrong_folder_are_found(spoiled: Report) -> None:
    found = {finding.photos[0]: finding for finding in _of(spoiled, "likely-wrong-label")}
    assert set(found) == {"bruno/really-clara.jpg", "bruno/same-bytes-as-ada.jpg"}
    wrong = found["bruno/really-clara.jpg"]
    assert wrong.severity is ERROR
    assert wrong.message.startswith("looks like clara: similarity 0.9")
    assert wrong.conflicts[0].startswith("clara/")
    assert wrong.evidence is not None
    assert wrong.evidence.limit is not None
    assert wrong.evidence.value > wrong.evidence.limit


def test_one_person_under_two_names_is_found(spoiled: Report) -> None:
    [finding] = _of(spoiled, "same-person-twice")
    assert (finding.severity, finding.person) == (ERROR, "bruno")
    assert finding.message == (
        "bruno and bruno b are as close to each other as photos of one person"
    )
    assert {name.split("/")[0] for name in finding.photos} == {"bruno"}
    assert {name.split("/")[0] for name in finding.conflicts} == {"bruno b"}


def test_a_person_among_the_unknown_is_found(spoiled: Report) -> None:
    assert _photos(spoiled, "known-in-unknown") == ["unknown/really-ada.jpg"]


def test_photos_that_are_no_use_are_found(spoiled: Report) -> None:
    assert _photos(spoiled, "unreadable") == ["clara/broken.jpg"]
    assert _photos(spoiled, "no-face") == ["clara/landscape.jpg"]
    assert _photos(spoiled, "tiny-face") == ["ada/tiny.png"]
    assert "ada/blurred.png" in _photos(spoiled, "blurred")
    assert _photos(spoiled, "dark") == ["ada/dark.png"]
    assert _photos(spoiled, "blown-out") == ["ada/bright.png"]


def test_a_group_says_whose_face_is_taken(spoiled: Report) -> None:
    [finding] = _of(spoiled, "several-faces")
    assert (finding.severity, finding.photos) == (WARNING, ("clara/group.png",))
    assert finding.message.startswith("2 faces; training takes the largest, ")


def test_folders_with_too_little_in_them_are_found(spoiled: Report) -> None:
    few = [(finding.severity, finding.person) for finding in _of(spoiled, "too-few-photos")]
    assert few == [(WARNING, "wim")]
    assert [finding.person for finding in _of(spoiled, "empty-folder")] == ["empty"]
    [unbalanced] = _of(spoiled, "unbalanced")
    assert unbalanced.severity is NOTE
    [files] = _of(spoiled, "passed-over")
    assert files.message == "training does not look at phone.heic"


def test_the_worst_comes_first_and_everything_has_a_remedy(spoiled: Report) -> None:
    ranks = [finding.severity.rank for finding in spoiled.findings]
    assert ranks == sorted(ranks)
    assert all(finding.remedy for finding in spoiled.findings)
    assert {finding.code for finding in spoiled.findings} <= set(REMEDIES)
