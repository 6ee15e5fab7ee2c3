import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from facewright.errors import ServiceError
from facewright.serving import keys
from facewright.serving.access import KeyRing
from facewright.serving.keys import Scope
from facewright.serving.processes.specification import Specification


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secret" / "keys.json"


def test_keys_open_their_scopes_and_no_others(path: Path) -> None:
    everything = keys.create(path)
    phone = keys.create(path, "phone", [Scope.SCORE])
    ring = KeyRing(path)

    for key in everything:
        assert ring.scopes_of(key) == frozenset(Scope)
    assert ring.scopes_of(phone.primary) == frozenset([Scope.SCORE])
    assert ring.scopes_of("") is None
    assert ring.scopes_of(everything.primary[:-1]) is None
    assert ring.scopes_of("\udcff") is None


def test_keys_are_long_random_and_not_in_the_file(path: Path) -> None:
    made = {key for number in range(20) for key in keys.create(path, f"holder {number}")}

    assert len(made) == 40
    assert all(len(key) == 43 for key in made)  # 256 bits in base64
    assert not any(key in path.read_text() for key in made)


def test_regenerating_one_key_leaves_the_other(path: Path) -> None:
    before = keys.create(path)
    ring = KeyRing(path)
    after = keys.regenerate(path, "primary")

    assert ring.scopes_of(before.primary) is None
    assert ring.scopes_of(before.secondary)
    assert ring.scopes_of(after)


def test_a_broken_file_leaves_the_keys_as_they_were(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = keys.create(path)
    ring = KeyRing(path)
    path.write_text("{")

    assert ring.scopes_of(made.primary)
    assert "the keys stay as they were" in caplog.text


def test_changes_at_the_same_time_all_last(path: Path) -> None:
    holders = [f"holder {number}" for number in range(8)]
    threads = [threading.Thread(target=keys.create, args=(path, name)) for name in holders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(keys.read(path)) == holders


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "is not a file of keys of format 1"),
        ('{"format": 2, "holders": {}}', "is not a file of keys of format 1: format"),
        ('{"format": 1, "holders": {"a": {}}}', "holders.a.scopes: Field required"),
        (json.dumps({"format": 1, "holders": {}, "more": 1}), "more: Extra inputs"),
    ],
)
def test_what_is_no_file_of_keys_says_so(text: str, words: str, path: Path) -> None:
    path.parent.mkdir()
    path.write_text(text)

    with pytest.raises(ServiceError, match=words):
        keys.read(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: keys.create(path), "holds keys of default already"),
        (lambda path: keys.regenerate(path, "primary", "nobody"), "holds no keys of nobody"),
        (lambda path: keys.read(path.with_name("none.json")), "cannot be read: No such file"),
    ],
)
def test_what_cannot_be_done_says_why(
    change: Callable[[Path], object], words: str, path: Path
) -> None:
    keys.create(path)
    before = path.read_bytes()

    with pytest.raises(ServiceError, match=words):
        change(path)
    assert path.read_bytes() == before


def test_keys_are_read_again_when_a_link_leads_elsewhere(tmp_path: Path) -> None:
    """As Kubernetes changes what it mounts: the folder that a link leads to is another one."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        keys.create(tmp_path / name / "keys.json")
    new = keys.regenerate(tmp_path / "two/keys.json", "primary")
    (tmp_path / "data").symlink_to("one")
    (tmp_path / "keys.json").symlink_to("data/keys.json")
    specification = Specification(tmp_path / "score.py", keys=tmp_path / "keys.json").resolved()
    assert specification.keys is not None
    ring = KeyRing(specification.keys)
    assert ring.scopes_of(new) is None
    (tmp_path / "next").symlink_to("two")
    (tmp_path / "next").replace(tmp_path / "data")
    assert ring.scopes_of(new) is not None


def test_a_key_can_take_the_place_of_another(path: Path) -> None:
    made, spare = keys.create(path), keys.create(path, "next")
    keys.replace(path, "primary", spare.primary)
    ring = KeyRing(path)
    assert ring.scopes_of(made.primary) is None
    assert ring.scopes_of(made.secondary) == ring.scopes_of(spare.primary) == frozenset(Scope)
