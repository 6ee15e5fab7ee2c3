from pathlib import Path

from facewright.training.people import Album, draw_many, person


def _albums(root: Path) -> list[Album]:
    return [Album(root / "ada", person(1), (0, 1)), Album(root / "bruno", person(2), (7,))]


def test_files_are_the_same_however_many_workers_draw_them(tmp_path: Path) -> None:
    alone = draw_many(_albums(tmp_path / "alone"), workers=1)
    together = draw_many(_albums(tmp_path / "together"), workers=2)
    assert [path.read_bytes() for path in alone] == [path.read_bytes() for path in together]


def test_files_are_returned_album_by_album(tmp_path: Path) -> None:
    paths = draw_many(_albums(tmp_path), workers=1)
    names = [str(path.relative_to(tmp_path)) for path in paths]
    assert names == ["ada/1-0000.jpg", "ada/1-0001.jpg", "bruno/2-0007.jpg"]


def test_several_people_can_share_a_folder(tmp_path: Path) -> None:
    albums = [Album(tmp_path, person(1), (0,)), Album(tmp_path, person(2), (0,))]
    assert len({path.read_bytes() for path in draw_many(albums, workers=1)}) == 2


def test_progress_is_told_after_each_photo(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    draw_many(_albums(tmp_path), 1, lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_no_albums_are_no_files() -> None:
    assert draw_many([]) == []
