"""Lists of pairs in both layouts, and what is said about broken ones."""

from pathlib import Path

import pytest

from facewright.errors import EvaluationError
from facewright.evaluation.pairs.pair_list import Pair, Shot, read_pairs
from facewright.evaluation.pairs.photo_files import find_photos

_BODY = "Ann\t1\t2\nBob Lee\t1\tAnn\t3\n"
_PAIRS = (
    Pair(Shot("Ann", 1), Shot("Ann", 2)),
    Pair(Shot("Bob Lee", 1), Shot("Ann", 3)),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pairs.txt"


@pytest.mark.parametrize("text", [_BODY, f"1\n{_BODY}", f"1\n\n{_BODY}\n", f"1\r\n{_BODY}"])
def test_view_1_is_read_with_and_without_its_first_line(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    assert read_pairs(file).folds == (_PAIRS,)


def test_view_2_is_read_fold_by_fold(file: Path) -> None:
    file.write_text(f"3\t1\n{_BODY * 3}", encoding="utf-8")
    listed = read_pairs(file)
    assert listed.folds == (_PAIRS,) * 3
    assert listed.shots == [Shot("Ann", 1), Shot("Ann", 2), Shot("Bob Lee", 1), Shot("Ann", 3)]


def test_spaces_separate_where_there_are_no_tabs(file: Path) -> None:
    file.write_text("1\nAnn 1 2\nBob 1 Ann 3\n", encoding="utf-8")
    assert read_pairs(file).pairs[1] == Pair(Shot("Bob", 1), Shot("Ann", 3))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "1\nAnn\t1\t2\nBob\t1\n",
            "line 3 of pairs.txt is not a pair: expected 3 or 4 fields, received 'Bob 1'",
        ),
        (
            "Ann\t1\tx\n",
            "line 1 of pairs.txt is not a pair: expected the number of a photo, from 1, "
            "received 'x'",
        ),
        (
            "Ann\t0\t2\n",
            "line 1 of pairs.txt is not a pair: expected the number of a photo, from 1, "
            "received '0'",
        ),
        (
            "../Ann\t1\t2\n",
            "line 1 of pairs.txt is not a pair: expected the name of a folder, received '../Ann'",
        ),
        (
            "ten\t300\n",
            "line 1 of pairs.txt is not a pair: expected one or two whole numbers, from 1, "
            "received 'ten 300'",
        ),
        (
            f"2\n{_BODY}",
            "pairs.txt is not whole: its first line tells of 2 pairs of one person and as many of "
            "two, expected 4 pairs, received 2",
        ),
        (
            f"10\t300\n{_BODY}",
            "pairs.txt is not whole: its first line tells of 10 folds of 300 pairs of one person "
            "and as many of two, expected 6000 pairs, received 2",
        ),
        (
            "Ann\t1\t2\nAnn\t1\t3\n",
            "pairs.txt cannot be evaluated: expected pairs of one person and pairs of two, "
            "received 2 and 0",
        ),
        (
            "2\t1\nAnn\t1\t2\nAnn\t1\tBob\t1\nAnn\t1\tBob\t1\nAnn\t1\tBob\t2\n",
            "fold 2 of pairs.txt cannot be evaluated: expected pairs of one person and pairs of "
            "two, received 0 and 2",
        ),
        (
            "",
            "pairs.txt cannot be evaluated: expected pairs of one person and pairs of two, "
            "received 0 and 0",
        ),
    ],
)
def test_a_broken_list_is_explained(file: Path, text: str, message: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError) as caught:
        read_pairs(file)
    assert caught.value.message == message
    assert caught.value.hint


def test_a_list_that_cannot_be_read_is_explained(file: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot read the list of pairs .*No such file"):
        read_pairs(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvaluationError, match="it is not text in UTF-8"):
        read_pairs(file)


def test_photos_in_another_folder_are_explained(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError) as caught:
        find_photos([Shot("Ann", 1), Shot("Ann", 2)], tmp_path)
    assert caught.value.message == (
        f"photos are missing: expected 2 photos <name>/<name>_0001.jpg in {tmp_path}, 2 of them "
        "are not there: Ann/Ann_0001.jpg, Ann/Ann_0002.jpg"
    )
    with pytest.raises(EvaluationError, match="no folder of photos: .*elsewhere does not exist"):
        find_photos([], tmp_path / "elsewhere")
