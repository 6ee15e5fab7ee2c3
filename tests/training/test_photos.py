"""Which files are photos of whom."""

from pathlib import Path

import pytest

from facewright.errors import TrainingError
from facewright.training.photos import list_photos


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_the_folder_is_the_label(tmp_path: Path) -> None:
    _touch(tmp_path, "bo/2.png", "bo/1.JPG", "ada/x.webp", "unknown/y.bmp")
    found = [(photo.label, photo.path.name) for photo in list_photos(tmp_path)]
    assert found == [("ada", "x.webp"), ("bo", "1.JPG"), ("bo", "2.png"), ("unknown", "y.bmp")]


def test_hidden_files_and_other_files_are_passed_over(tmp_path: Path) -> None:
    _touch(
        tmp_path, "ada/1.jpg", "ada/.2.jpg", "ada/notes.txt", ".trash/3.jpg", "bo/4.jpg", "5.jpg"
    )
    assert [photo.path.name for photo in list_photos(tmp_path)] == ["1.jpg", "4.jpg"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError) as caught:
        list_photos(tmp_path / "images")
    assert caught.value.message == f"no folder of photos: {tmp_path / 'images'} does not exist"
    assert caught.value.hint == "make it, with one folder of photos for each person"


def test_a_folder_without_photos_says_what_was_expected(tmp_path: Path) -> None:
    _touch(tmp_path, "ada/notes.txt")
    with pytest.raises(TrainingError) as caught:
        list_photos(tmp_path)
    assert caught.value.message == f"no photos: expected {tmp_path}/<person>/*.jpg, found none"
    assert caught.value.hint == (
        "make one folder for each person, named as the person, and put photos into it"
    )


def test_one_person_only_is_not_enough(tmp_path: Path) -> None:
    _touch(tmp_path, "ada/1.jpg", "ada/2.jpg")
    with pytest.raises(TrainingError) as caught:
        list_photos(tmp_path)
    assert caught.value.message == (
        f"one person only: expected photos of two people or more in {tmp_path}, found only 'ada'"
    )
    assert caught.value.hint == (
        "add another person, or a folder 'unknown' with photos of other people"
    )


def test_one_person_and_unknown_are_enough(tmp_path: Path) -> None:
    _touch(tmp_path, "ada/1.jpg", "unknown/2.jpg")
    assert len(list_photos(tmp_path)) == 2
