"""Whoever is enrolled and removed leaves the gallery as it was, byte for byte."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from facewright.gallery.gallery import Gallery
from facewright.gallery.names import key_of
from facewright.gallery.person import Vectors
from facewright.system.digest import of_text

NAMES = st.sampled_from(["Ada", "ADA", "ada", "Zoë", "Zoe\u0308", "李", "a/b", "..", "ﬁn", "fin"])
SEEDS = st.lists(st.integers(0, 9), min_size=1, max_size=3)


def _vectors(seeds: list[int]) -> Vectors:
    return np.eye(12, dtype=np.float32)[seeds]


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes() if file.is_file() else b"/"
        for file in folder.rglob("*")
    }


class _Enrolments(RuleBasedStateMachine):
    """Any sequence of changes; the model is a dictionary of photos by the name's key."""

    @initialize()
    def empty(self) -> None:
        self.place = tempfile.TemporaryDirectory()
        self.root = Path(self.place.name)
        self.gallery = Gallery.open(self.root / "m.gallery", "contract", 12)
        self.photos: dict[str, list[int]] = {}

    def teardown(self) -> None:
        if hasattr(self, "place"):
            self.place.cleanup()

    @rule(name=NAMES, seeds=SEEDS)
    def add(self, name: str, seeds: list[int]) -> None:
        self.gallery.add(name, _vectors(seeds), [of_text(str(seed)) for seed in seeds])
        known = self.photos.setdefault(key_of(name), [])
        known += [seed for seed in dict.fromkeys(seeds) if seed not in known]

    @rule(name=NAMES, seeds=SEEDS, other=NAMES)
    def add_change_and_remove(self, name: str, seeds: list[int], other: str) -> None:
        if key_of(name) in self.photos:
            return
        before = _contents(self.root)
        self.gallery.add(name, _vectors(seeds), [of_text(str(seed)) for seed in seeds])
        self.gallery.add_negatives(name, _vectors(seeds))
        if key_of(other) not in self.photos:
            self.gallery.rename(name, other)
            name = other
        self.gallery.remove(name)
        assert _contents(self.root) == before

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        if self.photos.pop(key_of(name), None) is not None:
            self.gallery.remove(name)

    @rule()
    def move_to_another_place(self) -> None:
        self.gallery.export(self.root / "export")
        copy = Gallery.open(self.root / "copy.gallery", "contract", 12)
        copy.import_(self.root / "export")
        (self.root / "export").unlink()
        assert _contents(self.root / "copy.gallery") == _contents(self.root / "m.gallery")
        for entry in copy.list():
            copy.remove(entry.name)
        assert not (self.root / "copy.gallery").exists()

    @invariant()
    def everybody_is_there(self) -> None:
        if hasattr(self, "photos"):
            found = {person.key: person.positives for person in self.gallery.people()}
            assert found.keys() == self.photos.keys()
            for key, seeds in self.photos.items():
                assert found[key].tolist() == _vectors(seeds).tolist()


def test_removal_leaves_no_trace_in_any_sequence() -> None:
    run_machine(_Enrolments, settings=settings(_Enrolments.TestCase.settings, max_examples=40))
