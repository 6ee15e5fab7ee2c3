from pathlib import Path

import numpy as np
from PIL import Image

from facewright.training.people import draw_photo, person, photo_bytes, write_photos
from facewright.training.people.moment import SIZES


def test_the_same_person_and_number_give_the_same_photo() -> None:
    assert np.array_equal(draw_photo(person(3), 5), draw_photo(person(3), 5))
    assert photo_bytes(person(3), 5) == photo_bytes(person(3), 5)


def test_a_photo_does_not_depend_on_what_was_drawn_before() -> None:
    fresh = photo_bytes(person(4), 0)
    for seed in range(5, 11):  # more people than are remembered
        draw_photo(person(seed), 0)
    assert photo_bytes(person(4), 0) == fresh


def test_other_numbers_and_other_people_give_other_photos() -> None:
    photos = {photo_bytes(person(seed), number) for seed in (1, 2) for number in (0, 1, 2)}
    assert len(photos) == 6


def test_a_photo_is_rgb_of_one_of_the_sizes() -> None:
    for number in range(4):
        photo = draw_photo(person(0), number)
        assert photo.dtype == np.uint8
        assert (photo.shape[1], photo.shape[0], photo.shape[2]) in {(*size, 3) for size in SIZES}


def test_all_styles_can_be_drawn() -> None:
    seeds = {person(seed).hair.style: seed for seed in range(60)}
    for seed in seeds.values():
        assert draw_photo(person(seed), 0).std() > 10


def test_the_face_is_not_flat_colour() -> None:
    pixels = np.asarray(Image.fromarray(draw_photo(person(12), 1)).convert("L"), np.float32)
    height, width = pixels.shape
    middle = pixels[height // 4 : height // 2, width // 3 : -width // 3]
    assert middle.std() > 15


def test_photos_are_written_as_jpeg_files(tmp_path: Path) -> None:
    paths = write_photos(tmp_path / "ada", person(1), [4, 2])
    assert [path.name for path in paths] == ["1-0004.jpg", "1-0002.jpg"]
    assert paths[0].read_bytes() == photo_bytes(person(1), 4)
    with Image.open(paths[1]) as image:
        assert image.format == "JPEG"
        assert image.mode == "RGB"
