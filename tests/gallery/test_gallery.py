"""A gallery on disk: what is written, what is refused, and that removal leaves nothing."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from facewright.errors import GalleryError
from facewright.gallery.folder import FolderStore
from facewright.gallery.gallery import Added, Gallery
from facewright.gallery.person import Vectors
from facewright.gallery.reader import Entry
from facewright.system.digest import of_text

DIMENSION = 8
PNG = b"\x89PNG\r\n\x1a\n"


def vectors(count: int, seed: int = 1) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSION), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def digests(*names: str) -> list[str]:
    return [of_text(name) for name in names]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes() if file.is_file() else b"/"
        for file in sorted(folder.rglob("*"))
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "outputs" / "my_model.gallery"


@pytest.fixture
def gallery(folder: Path) -> Gallery:
    return Gallery.open(folder, "contract", DIMENSION)


def test_opening_writes_nothing(gallery: Gallery, folder: Path) -> None:
    assert gallery.list() == ()
    assert not folder.parent.exists()


def test_an_added_person_is_read_as_it_was_given(gallery: Gallery, folder: Path) -> None:
    rows = vectors(2)
    assert gallery.add("Zoë", rows, digests("a", "b"), [PNG + b"1", None]) == Added(2, 0)
    person = Gallery.open(folder, "contract", DIMENSION).show("Zoë")
    assert person.name == "Zoë"
    assert person.positives.tobytes() == rows.tobytes()
    assert person.digests == tuple(digests("a", "b"))
    assert person.chips == (PNG + b"1", None)
    assert person.negatives.shape == (0, DIMENSION)


def test_more_photos_are_appended_and_the_same_photo_counts_once(gallery: Gallery) -> None:
    gallery.add("Ada", vectors(2), digests("a", "b"))
    again = vectors(3, seed=2)
    assert gallery.add("ada", again, digests("b", "c", "c")) == Added(1, 2)
    assert gallery.show("ADA").name == "Ada"
    assert gallery.show("Ada").positives[2].tobytes() == again[1].tobytes()


def test_the_list_is_in_the_order_of_names(gallery: Gallery) -> None:
    for name in ("clara", "Bruno", "ada"):
        gallery.add(name, vectors(1), digests(name), [PNG])
    gallery.add_negatives("ada", vectors(2, seed=3))
    assert gallery.list() == (
        Entry("ada", 1, 2, 1),
        Entry("Bruno", 1, 0, 1),
        Entry("clara", 1, 0, 1),
    )


def test_removing_the_last_person_removes_the_folder(gallery: Gallery, folder: Path) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    gallery.remove("ada")
    assert contents(folder.parent) == {}


def test_removing_sweeps_up_after_a_writer_that_was_killed(gallery: Gallery, folder: Path) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    gallery.add("Bruno", vectors(1), digests("b"))
    (folder / "people" / ".left-over.json").write_text("Ada")
    (folder.parent / ".gallery-left").mkdir()
    (folder.parent / ".gallery-left" / "person.json").write_text("Ada")
    gallery.remove("Ada")
    assert not any(b"Ada" in data for data in contents(folder.parent).values())


def test_a_damaged_person_can_be_removed(gallery: Gallery, folder: Path) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    (file,) = (folder / "people").iterdir()
    file.write_bytes(b"{")
    with pytest.raises(GalleryError, match="cannot be read as an enrolled person"):
        gallery.show("Ada")
    gallery.remove("Ada")
    assert gallery.list() == ()


def test_a_renamed_person_keeps_everything_but_the_name(gallery: Gallery, folder: Path) -> None:
    gallery.add("Ada", vectors(2), digests("a", "b"))
    gallery.rename("Ada", "Ada Lovelace")
    assert len(list((folder / "people").iterdir())) == 1
    assert gallery.show("Ada Lovelace").digests == tuple(digests("a", "b"))
    gallery.rename("ada lovelace", "ADA LOVELACE")
    assert [entry.name for entry in gallery.list()] == ["ADA LOVELACE"]


def test_renaming_overwrites_nobody(gallery: Gallery, folder: Path) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    gallery.add("Bruno", vectors(1), digests("b"))
    before = contents(folder)
    with pytest.raises(GalleryError, match="the name is taken: 'Bruno'"):
        gallery.rename("Ada", "bruno")
    assert contents(folder) == before


@pytest.mark.parametrize(
    "act",
    [
        lambda gallery: gallery.show("Dora"),
        lambda gallery: gallery.remove("Dora"),
        lambda gallery: gallery.rename("Dora", "Elena"),
        lambda gallery: gallery.add_negatives("Dora", vectors(1)),
    ],
)
def test_nobody_of_that_name_is_an_error(gallery: Gallery, act: Callable[[Gallery], None]) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    with pytest.raises(GalleryError, match="nobody named 'Dora' is enrolled"):
        act(gallery)


@pytest.mark.parametrize(
    "name",
    ["", " Ada", "x" * 65, "Unknown", "UNKNOWN", "a\nb", "a\0b", "\ud800", "a\u202eb"],
)
def test_names_that_nobody_could_read_are_refused(
    gallery: Gallery, folder: Path, name: str
) -> None:
    with pytest.raises(GalleryError, match="not a name"):
        gallery.add(name, vectors(1), digests("a"))
    assert not folder.exists()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "李小龍", "x" * 64, "a/b", "محمد", ".", "CON"]
)
def test_names_are_never_paths(gallery: Gallery, folder: Path, name: str) -> None:
    gallery.add(name, vectors(1), digests("a"))
    (file,) = (folder / "people").iterdir()
    assert len(file.stem) == 32
    assert contents(folder.parent).keys() == {
        "my_model.gallery",
        "my_model.gallery/gallery.json",
        "my_model.gallery/people",
        f"my_model.gallery/people/{file.name}",
    }
    assert gallery.show(name).name == name


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (np.zeros((1, DIMENSION)), "unit length"),
        (np.full((1, DIMENSION), np.nan), "unit length"),
        (np.ones((1, DIMENSION + 1)), r"expected \[N, 8\], received \[1, 9\]"),
        (vectors(21), "expected 1 to 20 photos"),
        (vectors(0), "expected 1 to 20 photos"),
        (vectors(2), "each with a digest"),
    ],
)
def test_vectors_out_of_range_write_nothing(
    gallery: Gallery, folder: Path, rows: Vectors, words: str
) -> None:
    with pytest.raises(GalleryError, match=words):
        gallery.add(
            "Ada", rows, digests(*(["a"] if len(rows) == 2 else map(str, range(len(rows)))))
        )
    assert not folder.exists()


def test_another_models_gallery_is_refused(gallery: Gallery, folder: Path) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    with pytest.raises(GalleryError, match="belongs to another model") as refused:
        Gallery.open(folder, "another", DIMENSION)
    assert refused.value.hint
    assert "'contract'" in refused.value.message
    assert "'another'" in refused.value.message


def test_a_gallery_that_changed_hands_is_noticed_before_writing(
    gallery: Gallery, folder: Path
) -> None:
    Gallery.open(folder, "another", DIMENSION).add("Ada", vectors(1), digests("a"))
    before = contents(folder)
    with pytest.raises(GalleryError, match="another model"):
        gallery.add("Bruno", vectors(1), digests("b"))
    with pytest.raises(GalleryError, match="another model"):
        gallery.list()
    assert contents(folder) == before


def _with(change: dict[str, object]) -> Callable[[dict[str, object]], str]:
    return lambda record: json.dumps(record | change)


@pytest.mark.parametrize(
    "damage",
    [
        _with({"format": 2}),
        _with({"extra": 1}),
        _with({"name": "Bruno"}),
        _with({"name": "unknown"}),
        _with({"positives": "AAAA"}),
        _with({"positives": "not base64!"}),
        _with({"digests": []}),
        _with({"digests": ["sha256:short"]}),
        _with({"chips": ["AAAA"]}),
        lambda record: "[]",
        lambda record: "",
        lambda record: "[" * 100_000,
    ],
)
def test_a_persons_file_is_data_to_be_checked(
    gallery: Gallery, folder: Path, damage: Callable[[dict[str, object]], str]
) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    (file,) = (folder / "people").iterdir()
    file.write_text(damage(json.loads(file.read_bytes())))
    with pytest.raises(GalleryError):
        gallery.list()


def test_a_damaged_header_is_refused(gallery: Gallery, folder: Path) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    (folder / "gallery.json").write_text('{"format": 9}')
    with pytest.raises(GalleryError, match="not a gallery of format 1"):
        Gallery.open(folder, "contract", DIMENSION)


def test_a_failed_write_leaves_the_person_as_before(
    gallery: Gallery, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    before = contents(folder.parent)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        gallery.add("Ada", vectors(1, seed=2), digests("b"))
    with pytest.raises(OSError, match="No space"):
        gallery.add("Bruno", vectors(1, seed=2), digests("b"))
    monkeypatch.undo()
    assert contents(folder.parent) == before


def test_a_change_by_another_process_is_noticed_and_rest_is_not(
    gallery: Gallery, folder: Path
) -> None:
    assert not gallery.changed()
    gallery.add("Ada", vectors(1), digests("a"))
    assert gallery.changed()
    long_ago = 1_000_000_000
    os.utime(folder / "people", (long_ago, long_ago))
    gallery.list()
    assert not gallery.changed()
    Gallery.open(folder, "contract", DIMENSION).add("Ada", vectors(1, seed=2), digests("b"))
    assert gallery.changed()
    os.utime(folder / "people", (long_ago, long_ago))
    gallery.list()
    gallery.remove("Ada")
    assert gallery.changed()


def test_what_was_read_just_after_a_change_is_read_again(gallery: Gallery, folder: Path) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    gallery.list()
    # A second change within the same tick of the file system's clock would look the same.
    assert gallery.changed()


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
def test_a_writer_waits_for_the_one_before(gallery: Gallery, folder: Path) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    late = Gallery.open(folder, "contract", DIMENSION)
    writer = Thread(target=late.add, args=("Ada", vectors(1, seed=2), digests("b")))
    with FolderStore(folder).writing():
        writer.start()
        writer.join(timeout=0.5)
        assert writer.is_alive()
        assert len(gallery.show("Ada").positives) == 1
    writer.join()
    assert len(gallery.show("Ada").positives) == 2


def test_an_export_is_imported_elsewhere_with_the_same_bytes(
    gallery: Gallery, folder: Path, tmp_path: Path
) -> None:
    gallery.add("Ada", vectors(2), digests("a", "b"), [PNG, None])
    gallery.add("Zoë", vectors(1, seed=2), digests("c"))
    gallery.add_negatives("Ada", vectors(1, seed=3))
    assert gallery.export(tmp_path / "people.jsonl") == 2
    other = Gallery.open(tmp_path / "other.gallery", "contract", DIMENSION)
    assert other.import_(tmp_path / "people.jsonl") == 2
    assert contents(tmp_path / "other.gallery") == contents(folder)
    assert other.import_(tmp_path / "people.jsonl") == 0
    other.export(tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "people.jsonl").read_bytes()


def test_an_import_with_a_taken_name_brings_nobody(gallery: Gallery, tmp_path: Path) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    gallery.add("Bruno", vectors(1), digests("b"))
    gallery.export(tmp_path / "people.jsonl")
    other = Gallery.open(tmp_path / "other.gallery", "contract", DIMENSION)
    other.add("bruno", vectors(1, seed=9), digests("z"))
    before = contents(tmp_path)
    with pytest.raises(GalleryError, match="the name is taken: 'Bruno'"):
        other.import_(tmp_path / "people.jsonl")
    assert contents(tmp_path) == before


def test_an_import_that_fails_half_way_brings_nobody(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ada", "Bruno", "Clara"):
        gallery.add(name, vectors(1), digests(name))
    gallery.export(tmp_path / "people.jsonl")
    other = Gallery.open(tmp_path / "other.gallery", "contract", DIMENSION)
    before = contents(tmp_path)
    rename = Path.rename
    done: list[Path] = []

    def second_fails(path: Path, target: Path) -> Path:
        done.append(path)
        if len(done) == 2:
            raise OSError(5, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(OSError, match="Input/output"):
        other.import_(tmp_path / "people.jsonl")
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda lines: lines[1:], "not a gallery of format 1"),
        (lambda lines: [lines[0], lines[1], lines[1]], "line 3: 'Ada' is there twice"),
        (lambda lines: [lines[0], lines[1][:-9]], "line 2, cannot be read"),
        (lambda lines: [lines[0].replace(b"contract", b"kontrakt", 2)], "not a gallery"),
        (lambda lines: [lines[0].replace(b'"contract"', b'"other"')], "another model"),
    ],
)
def test_an_import_is_data_to_be_checked(
    gallery: Gallery,
    tmp_path: Path,
    damage: Callable[[list[bytes]], list[bytes]],
    words: str,
) -> None:
    gallery.add("Ada", vectors(1), digests("a"))
    file = tmp_path / "people.jsonl"
    gallery.export(file)
    file.write_bytes(b"".join(damage(file.read_bytes().splitlines(keepends=True))))
    before = contents(tmp_path)
    other = Gallery.open(tmp_path / "other.gallery", "contract", DIMENSION)
    with pytest.raises(GalleryError, match=words):
        other.import_(file)
    assert contents(tmp_path) == before
