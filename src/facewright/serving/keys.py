"""The keys of a service, in a small file that only holds their digests.

::

    {"format": 1,
     "holders": {"default": {"scopes": ["score"],
                             "primary":   {"id": "3f9a01c2", "sha256": "…", "created": "…"},
                             "secondary": {"id": "…", "sha256": "…", "created": "…"}}}}

A holder has two keys that are valid at once. Regenerating one leaves the other, so clients move
from one to the other without a failed request. A key is 256 random bits, so a plain SHA-256 of it
tells nothing about it. Its id is the start of that digest: enough to tell keys apart in a log.
"""

import contextlib
import datetime
import fcntl
import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from facewright.errors import ServiceError
from facewright.system import files

FORMAT = 1
DEFAULT_HOLDER = "default"

Slot = Literal["primary", "secondary"]
SLOTS: tuple[Slot, Slot] = ("primary", "secondary")


class Scope(StrEnum):
    """What a key opens."""

    SCORE = "score"
    PEOPLE = "people"
    ADMIN = "admin"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredKey(_Record):
    """What is kept of a key."""

    id: str
    sha256: str
    created: str


class Holder(_Record):
    """Two keys of the same scopes."""

    scopes: tuple[Scope, ...]
    primary: StoredKey
    secondary: StoredKey

    def key(self, slot: Slot) -> StoredKey:
        """Return one of the two."""
        return self.primary if slot == "primary" else self.secondary


class KeyFile(_Record):
    """The document in a file of keys."""

    format: Literal[1] = 1
    holders: dict[str, Holder] = {}


class NewKeys(NamedTuple):
    """Keys as their holder needs them; shown once, kept nowhere."""

    primary: str
    secondary: str


def create(path: Path, holder: str = DEFAULT_HOLDER, scopes: Sequence[Scope] = ()) -> NewKeys:
    """Make both keys of a new holder, and the file if there is none.

    Args:
        path: The file.
        holder: Whose keys they are.
        scopes: What they open; all when empty.

    Raises:
        ServiceError: The holder has keys already, or the file cannot be used.
    """
    with _changing(path) as holders:
        if holder in holders:
            raise ServiceError(
                f"{path.name} holds keys of {holder} already",
                hint="regenerate one of them, or name another holder",
            )
        texts = NewKeys(_generate(), _generate())
        primary, secondary = (_stored(text) for text in texts)
        holders[holder] = Holder(
            scopes=tuple(scopes) or tuple(Scope), primary=primary, secondary=secondary
        )
    return texts


def regenerate(path: Path, slot: Slot, holder: str = DEFAULT_HOLDER) -> str:
    """Replace one key of a holder, and return the new one; the other stays valid.

    Raises:
        ServiceError: There is no such holder, or the file cannot be used.
    """
    text = _generate()
    replace(path, slot, text, holder)
    return text


def replace(path: Path, slot: Slot, text: str, holder: str = DEFAULT_HOLDER) -> None:
    """Put a key in place of one of a holder's; the other stays valid.

    Raises:
        ServiceError: There is no such holder, or the file cannot be used.
    """
    with _changing(path) as holders:
        if holder not in holders:
            raise ServiceError(
                f"{path.name} holds no keys of {holder}",
                hint=f"it holds keys of: {', '.join(holders) or 'nobody'}",
            )
        holders[holder] = holders[holder].model_copy(update={slot: _stored(text)})


def read(path: Path) -> dict[str, Holder]:
    """Return the holders in a file.

    Raises:
        ServiceError: The file is missing, unreadable or of another format.
    """
    try:
        return KeyFile.model_validate_json(path.read_bytes()).holders
    except OSError as error:
        raise ServiceError(
            f"the keys {path} cannot be read: {error.strerror}",
            hint=f"make them with `facewright score keys create {path}`",
        ) from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        raise ServiceError(
            f"{path.name} is not a file of keys of format {FORMAT}: {where}: {first['msg']}"
        ) from error


def digest_of(key: str) -> bytes:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


@contextlib.contextmanager
def _changing(path: Path) -> Iterator[dict[str, Holder]]:
    """Yield the holders, and write them back whole; one process at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        holders = dict(read(path)) if path.exists() else {}
        yield holders
        document = KeyFile(holders=holders).model_dump(mode="json")
        with files.whole_file(path) as temporary:
            temporary.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _generate() -> str:
    return secrets.token_urlsafe(32)


def _stored(text: str) -> StoredKey:
    digest = digest_of(text).hex()
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return StoredKey(id=digest[:8], sha256=digest, created=now)
