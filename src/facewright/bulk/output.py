"""An output: rows and failures in Parquet, one file each for every shard that is done.

::

    facewright.json        what the rows are made with
    faces/<shard>.parquet  a row for each face; its presence says that the shard is done
    failed/<shard>.parquet a row for each photo without rows
    seen.parquet           digests of files by size and time, so that they are not read again

A shard's failures are written before its rows, so either both count or none. Nothing is appended
to and nothing changed: work that is done twice writes the same bytes under the same name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from facewright.bulk.identity import Identity
from facewright.bulk.photo import Failure, Shard
from facewright.bulk.place import Place
from facewright.bulk.stored import Stored
from facewright.embedders.lazy import resolve
from facewright.errors import BulkError

if TYPE_CHECKING:
    from facewright.bulk.rows import Row

FACES, FAILED, SEEN = "faces", "failed", "seen.parquet"
_ROWS = "facewright.bulk.rows"

Pair = tuple[str, str]
"""A path and the digest of what was there."""


@dataclass
class Done:
    """What an output holds.

    Attributes:
        shards: By id, the photos that a shard settled.
        rows: By id, how many faces it has.
    """

    shards: dict[str, set[Pair]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def pairs(self) -> set[Pair]:
        """Return all that is settled."""
        return set().union(*self.shards.values())

    def forget(self, shard: str) -> None:
        """Leave a shard out."""
        del self.shards[shard], self.rows[shard]


class Output:
    """The rows and failures in a place.

    Args:
        place: Where they are.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self.uri = place.uri

    def rows_of(self, shard: str) -> int | None:
        """Return how many rows a shard has; None when it is not done."""
        path = _faces(shard)
        if not self._place.has(path):
            return None
        rows: int = _call("pairs_of", self._place.read(path))[1]
        return rows

    def put(
        self, shard: Shard, rows: "Sequence[Row]", failures: Sequence[Failure], identity: Identity
    ) -> None:
        """Write what became of a shard."""
        if failures:
            self._place.write(_failed(shard.id), _call("pack_failures", failures))
        self._place.write(_faces(shard.id), _call("pack_rows", rows, identity))

    def done(self) -> Done:
        """Return what is settled; what a broken run has left half done is removed."""
        found = Done()
        failed = {_name(stored): stored for stored in self._place.files(FAILED)}
        taken: set[Pair] = set()
        for stored in self._place.files(FACES):
            pairs, rows = self._settled(stored, failed)
            # Two runs that did not know of each other: one shard counts, the other goes.
            if not pairs or pairs & taken:
                self.drop(_name(stored))
                continue
            taken |= pairs
            found.shards[_name(stored)] = pairs
            found.rows[_name(stored)] = rows
        for name in failed.keys() - found.shards.keys():
            self._place.remove(_failed(name))
        return found

    def _settled(self, stored: Stored, failed: dict[str, Stored]) -> tuple[set[Pair] | None, int]:
        name = _name(stored)
        try:
            pairs, rows = _call("pairs_of", self._place.read(stored.path))
            if name in failed:
                pairs |= _call("pairs_of", self._place.read(failed[name].path))[0]
        except BulkError:
            return None, 0
        return pairs, rows

    def drop(self, shard: str) -> None:
        """Forget a shard: its rows first, so that it counts as undone from then on."""
        self._place.remove(_faces(shard))
        self._place.remove(_failed(shard))

    def failures(self) -> Iterator[Failure]:
        """Yield all failures."""
        for stored in self._place.files(FAILED):
            yield from _call("read_failures", self._place.read(stored.path))

    def seen(self) -> dict[Stored, str]:
        """Return the digests that an earlier run left; a damaged file is as none."""
        if not self._place.has(SEEN):
            return {}
        try:
            rows = _call("read_table", self._place.read(SEEN)).to_pylist()
            return {Stored(row["path"], row["size"], row["changed"]): row["digest"] for row in rows}
        except (BulkError, KeyError):
            return {}

    def keep_seen(self, seen: dict[Stored, str]) -> None:
        """Leave digests for the next run."""
        self._place.write(SEEN, _call("pack_seen", seen))


def _call(name: str, *arguments: Any) -> Any:
    return resolve(f"{_ROWS}:{name}", "bulk")(*arguments)


def _faces(shard: str) -> str:
    return f"{FACES}/{shard}.parquet"


def _failed(shard: str) -> str:
    return f"{FAILED}/{shard}.parquet"


def _name(stored: Stored) -> str:
    return PurePosixPath(stored.path).stem
