"""Which files the doctor looks at."""

from pathlib import Path

import pytest

from facewright.errors import PhotosError
from facewright.photobook.folder import list_folder


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_everything_training_would_look_at_is_listed(tmp_path: Path) -> None:
    _touch(tmp_path, "bo/2.png", "bo/1.JPG", "ada/x.webp", "unknown/y.bmp", "5.jpg")
    (tmp_path / "nobody").mkdir()
    listing = list_folder(tmp_path)
    assert listing.people == ("ada", "bo", "nobody", "unknown")
    assert [photo.name for photo in listing.photos] == [
        "ada/x.webp",
        "bo/1.JPG",
        "bo/2.png",
        "unknown/y.bmp",
    ]


def test_what_training_passes_over_is_known(tmp_path: Path) -> None:
    _touch(tmp_path, "ada/1.jpg", "ada/.2.jpg", "ada/3.heic", "ada/more/4.jpg", ".trash/5.jpg")
    listing = list_folder(tmp_path)
    assert [file.name for file in listing.passed_over] == ["ada/3.heic", "ada/more"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PhotosError) as caught:
        list_folder(tmp_path / "photos")
    assert caught.value.message == (
        f"no folder of photos: expected a folder at {tmp_path / 'photos'}, found nothing"
    )


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    _touch(tmp_path, "photos.zip")
    with pytest.raises(PhotosError, match="found a file"):
        list_folder(tmp_path / "photos.zip")


def test_a_folder_without_photos_says_what_was_expected(tmp_path: Path) -> None:
    _touch(tmp_path, "ada/notes.txt")
    with pytest.raises(PhotosError) as caught:
        list_folder(tmp_path)
    assert caught.value.message == f"no photos: expected {tmp_path}/<person>/*.jpg, found none"
