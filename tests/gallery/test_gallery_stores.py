"""What every store of a gallery does: the folder, and a database on SQLite and on PostgreSQL."""

import logging
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from postgresql_part import Server
from sqlalchemy import create_engine, text

from facewright.errors import DatabaseError, GalleryError
from facewright.gallery import current
from facewright.gallery.current import CurrentIndex
from facewright.gallery.database import open_database_store
from facewright.gallery.gallery import Added, Gallery
from facewright.gallery.header import Header
from facewright.gallery.person import Vectors
from facewright.gallery.place import in_gallery
from facewright.gallery.store import Changes, Place, open_store
from facewright.system.digest import of_text

DIMENSION = 8
PNG = b"\x89PNG\r\n\x1a\n"
HEADER = Header(contract_id="contract", dimension=DIMENSION)
KINDS = ["folder", "sqlite", "postgresql"]


def vectors(*axes: int) -> Vectors:
    return np.eye(DIMENSION, dtype=np.float32)[list(axes)]


def digests(*names: str) -> list[str]:
    return [of_text(name) for name in names]


def _place(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if kind == "folder":
        return tmp_path / "my_model.gallery"
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'people.db'}?gallery=doors"
    server: Server = request.getfixturevalue("postgresql")
    return f"{server.new_database()}&gallery=doors"


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return _place(request.param, request, tmp_path)


@pytest.fixture(params=KINDS[1:])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(_place(request.param, request, tmp_path))


def opened(place: Place, contract: str = "contract") -> Gallery:
    return Gallery.open(place, contract, DIMENSION)


def test_nobody_is_there_at_first_and_reading_makes_nobody(place: Place) -> None:
    store = open_store(place)
    assert store.header() is None
    assert store.versions() == {}
    assert list(store.read(["a" * 32])) == []


def test_what_is_put_is_read_by_others_in_the_order_of_keys(place: Place) -> None:
    with open_store(place).writing() as changes:
        changes.put(HEADER, {"b" * 32: b"two"})
        changes.put(HEADER, {"a" * 32: b"one"})
    other = open_store(place)
    assert other.header() == HEADER
    assert list(other.versions()) == ["a" * 32, "b" * 32]
    assert list(other.read(["b" * 32, "c" * 32, "a" * 32])) == [
        ("a" * 32, b"one"),
        ("b" * 32, b"two"),
    ]


def test_every_change_changes_the_stamp(place: Place) -> None:
    store, stamps = open_store(place), []

    def note() -> None:
        # A folder cannot tell for a tenth of a second, and says so.
        if isinstance(place, Path) and (place / "people").exists():
            age(place)
        stamps.append(store.stamp())

    acts: list[Callable[[Changes], None]] = [
        lambda changes: changes.put(HEADER, {"a" * 32: b"one"}),
        lambda changes: changes.put(HEADER, {"a" * 32: b"two"}),
        lambda changes: changes.put(HEADER, {"b" * 32: b"three"}),
        lambda changes: changes.drop("a" * 32),
        lambda changes: changes.drop("b" * 32),
        lambda changes: changes.put(HEADER, {"b" * 32: b"four"}),
    ]
    for act in acts:
        note()
        with open_store(place).writing() as changes:
            act(changes)
    note()
    assert stamps[0] == stamps[5]  # nobody, twice
    assert len({*stamps}) == 6
    assert stamps[-1] == store.stamp()


_ages = iter(range(10**9, 2 * 10**9))


def age(folder: Path) -> None:
    """Let a folder have changed long ago, at a time of its own."""
    for each in (folder / "people", *(folder / "people").iterdir()):
        moment = next(_ages)
        os.utime(each, (moment, moment))


def test_the_last_person_takes_the_gallery_with_them(place: Place) -> None:
    gallery = opened(place)
    gallery.add("Ada", vectors(0), digests("a"))
    gallery.remove("ADA")
    assert open_store(place).header() is None
    opened(place, "another").add("Bruno", vectors(1), digests("b"))
    with pytest.raises(GalleryError, match="another model"):
        opened(place)


def test_a_gallery_does_all_it_can(place: Place, tmp_path: Path) -> None:
    gallery = opened(place)
    assert gallery.add("Ada", vectors(0, 1), digests("a", "b"), [PNG, None]) == Added(2, 0)
    assert gallery.create("Bruno")
    assert not gallery.create("bruno")
    assert gallery.add_negatives("Ada", vectors(5)) == 1
    gallery.rename("ada", "Ada Lovelace")
    assert [(each.name, each.photos) for each in opened(place).list()] == [
        ("Ada Lovelace", 2),
        ("Bruno", 0),
    ]
    assert gallery.count() == 2
    assert gallery.forget_photos("Ada Lovelace", digests("a", "z")) == 1
    gallery.merge("Ada Lovelace", "Bruno")
    person = opened(place).show("Bruno")
    assert person.positives.tolist() == vectors(1).tolist()
    assert person.negatives.tolist() == vectors(5).tolist()
    assert gallery.export(tmp_path / "people.jsonl") == 1
    copy = opened(tmp_path / "copy.gallery")
    assert copy.import_(tmp_path / "people.jsonl") == 1
    assert copy.show("Bruno").digests == person.digests


def test_people_move_between_a_folder_and_a_database(url: str, tmp_path: Path) -> None:
    folder = opened(tmp_path / "my_model.gallery")
    folder.add("Zoë", vectors(0), digests("a"), [PNG])
    folder.export(tmp_path / "people.jsonl")
    assert opened(url).import_(tmp_path / "people.jsonl") == 1
    opened(url).export(tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "people.jsonl").read_bytes()


def test_an_import_with_a_taken_name_brings_nobody(place: Place, tmp_path: Path) -> None:
    source = opened(tmp_path / "source.gallery")
    source.add("Ada", vectors(0), digests("a"))
    source.add("Bruno", vectors(1), digests("b"))
    source.export(tmp_path / "people.jsonl")
    gallery = opened(place)
    gallery.add("Bruno", vectors(2), digests("c"))
    with pytest.raises(GalleryError, match="the name is taken"):
        gallery.import_(tmp_path / "people.jsonl")
    assert [each.name for each in gallery.list()] == ["Bruno"]


def test_what_fails_half_way_changes_nothing(url: str) -> None:
    opened(url).add("Ada", vectors(0), digests("a"))

    def fail() -> None:
        with open_store(url).writing() as changes:
            changes.put(HEADER, {"b" * 32: b"half"})
            changes.drop(next(iter(open_store(url).versions())))
            raise OSError("the power is gone")

    with pytest.raises(OSError, match="power"):
        fail()
    assert [each.name for each in opened(url).list()] == ["Ada"]


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
def test_a_writer_waits_for_the_one_before(place: Place) -> None:
    gallery = opened(place)
    gallery.add("Ada", vectors(0), digests("a"))
    writer = Thread(target=opened(place).add, args=("Ada", vectors(1), digests("b")))
    with open_store(place).writing():
        writer.start()
        writer.join(timeout=0.3)
        assert writer.is_alive()
        assert len(gallery.show("Ada").positives) == 1
    writer.join()
    assert len(gallery.show("Ada").positives) == 2


def test_writers_at_once_lose_nothing(place: Place) -> None:
    # Each makes the tables as well, where there are none.
    def enrol(number: int) -> None:
        opened(place).add("Ada", vectors(number), digests(str(number)))

    writers = [Thread(target=enrol, args=(number,)) for number in range(DIMENSION)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(opened(place).show("Ada").digests) == sorted(digests(*"01234567"))


def test_only_who_changed_is_read_again(place: Place) -> None:
    gallery = opened(place)
    for number, name in enumerate(("Ada", "Bruno", "Clara")):
        gallery.add(name, vectors(number), digests(name), [PNG])
    if isinstance(place, Path):
        age(place)
    before = gallery.refreshed({})
    opened(place).add("Bruno", vectors(7), digests("more"))
    opened(place).remove("Clara")
    assert gallery.changed()
    after = gallery.refreshed(before)
    names = {each.person.name: each for each in after.values()}
    assert names.keys() == {"Ada", "Bruno"}
    assert names["Ada"] is next(each for each in before.values() if each.person.name == "Ada")
    assert len(names["Bruno"].person.positives) == 2
    assert names["Ada"].person.chips == ()


def test_people_who_were_there_before_are_known_from_the_start(place: Place) -> None:
    opened(place).add("Ada", vectors(0), digests("a"))
    if isinstance(place, Path):
        age(place)
    assert CurrentIndex(opened(place), DIMENSION).get().names == ("Ada",)


def test_own_changes_are_seen_at_once(place: Place) -> None:
    gallery = opened(place)
    index = CurrentIndex(gallery, DIMENSION)
    assert index.get().names == ()
    gallery.again().add("Ada", vectors(0), digests("a"))
    assert index.get().names == ("Ada",)
    gallery.again().remove("Ada")
    assert index.get().names == ()


@pytest.fixture
def looking_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "LOOK_SECONDS", 0.02)


def soon(true: Callable[[], bool]) -> None:
    waiting = Thread(target=lambda: [None for _ in iter(true, True)])
    waiting.start()
    waiting.join(timeout=60)
    assert not waiting.is_alive(), "it did not happen within a minute"


@pytest.mark.usefixtures("looking_often")
def test_changes_of_other_replicas_are_seen_without_being_asked(url: str) -> None:
    index = CurrentIndex(opened(url), DIMENSION)
    replica = opened(url)
    replica.add("Ada", vectors(0), digests("a"))
    soon(lambda: index.get().names == ("Ada",))
    replica.remove("Ada")
    soon(lambda: index.get().names == ())


class Fragile:
    """A database that goes away and comes back."""

    def __init__(self, folder: Path) -> None:
        self._file, self._away = folder / "people.db", folder / "people.away"
        self.url = f"sqlite:///{self._file}?gallery=doors"

    def go(self) -> None:
        self._file.rename(self._away)
        self._file.mkdir()

    def come_back(self) -> None:
        self._file.rmdir()
        self._away.rename(self._file)


@pytest.mark.usefixtures("looking_often")
def test_while_the_database_is_away_the_people_stay_and_nobody_is_named_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = Fragile(tmp_path)
    store = open_database_store(database.url)
    gallery = Gallery(store, HEADER)
    gallery.add("Ada", vectors(0), digests("a"))
    index = CurrentIndex(gallery, DIMENSION)
    caplog.set_level(logging.DEBUG)
    database.go()
    store._database.close()  # what is open stays so
    soon(lambda: "the people stay as they were" in caplog.text)
    assert index.get().names == ("Ada",)
    with pytest.raises(DatabaseError):
        gallery.again().remove("Ada")
    database.come_back()
    soon(lambda: "the people are followed again" in caplog.text)
    assert caplog.text.count("the people stay as they were") == 1
    assert "Ada" not in caplog.text


def test_galleries_of_one_database_are_apart(tmp_path: Path) -> None:
    base = f"sqlite:///{tmp_path / 'people.db'}"
    opened(f"{base}?gallery=doors").add("Ada", vectors(0), digests("a"))
    opened(f"{base}?gallery=gates", "another").add("Bruno", vectors(1), digests("b"))
    assert [each.name for each in opened(f"{base}?gallery=doors").list()] == ["Ada"]
    assert [each.name for each in opened(f"{base}?gallery=gates", "another").list()] == ["Bruno"]


def test_a_removed_person_is_gone_from_the_tables(url: str) -> None:
    opened(url).add("Ada", vectors(0), digests("a"), [PNG])
    opened(url).add("Bruno", vectors(1), digests("b"))
    opened(url).remove("Ada")
    bare = url.replace("postgresql:", "postgresql+psycopg:").replace("&gallery=doors", "")
    engine = create_engine(bare.replace("?gallery=doors", ""))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT record FROM facewright_gallery_people")).all()
    engine.dispose()
    assert len(rows) == 1
    assert b"Ada" not in bytes(rows[0][0])


@pytest.mark.parametrize(
    ("url", "name", "whole"),
    [
        ("sqlite:////a/b.db", "doors", "sqlite:////a/b.db?gallery=doors"),
        ("postgresql://a/b?sslmode=require", "Doors & 2", "…&gallery=doors-2"),
        ("postgresql://a/b?gallery=gates&x=1", "doors", "postgresql://a/b?gallery=gates&x=1"),
        ("postgresql://a/b?", "-ß-", "postgresql://a/b?gallery=ss"),
        ("postgresql://a/b", "扉", "postgresql://a/b?gallery=people"),
    ],
)
def test_a_gallery_without_a_name_has_its_services(url: str, name: str, whole: str) -> None:
    assert in_gallery(url, name) == whole.replace("…", url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///people.db?gallery=Doors%20and%20gates", "names no gallery"),
        ("sqlite:///people.db", "names no gallery"),
        ("mysql://ada:secret@host/people", "not a kind of database"),
        ("sqlite://?gallery=doors", "expected a file"),
        ("secret", "not the URL of a database"),
    ],
)
def test_what_is_no_gallery_is_told_without_secrets(url: str, words: str) -> None:
    with pytest.raises(DatabaseError, match=words) as told:
        open_store(url)
    assert "secret" not in str(told.value)
    assert told.value.hint


def test_a_database_that_is_not_there_names_its_variable_and_no_password(tmp_path: Path) -> None:
    url = f"postgresql://ada:secret@/people?host={tmp_path}&gallery=doors"
    with pytest.raises(DatabaseError) as told:
        open_store(url)
    assert "secret" not in f"{told.value} {told.value.hint}"
    assert "FACEWRIGHT_GALLERY_URL" in (told.value.hint or "")


def test_a_table_of_another_layout_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "people.db"
    opened(f"sqlite:///{file}?gallery=doors").add("Ada", vectors(0), digests("a"))
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE facewright_galleries SET format = 9")
    connection.close()
    with pytest.raises(GalleryError, match="not a gallery of format 1"):
        opened(f"sqlite:///{file}?gallery=doors")
