"""Rows of faces, and the Parquet files they are kept in."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from facewright.bulk.identity import Identity
from facewright.bulk.photo import Failure
from facewright.bulk.place import Place
from facewright.bulk.seen import Found
from facewright.bulk.stored import Stored
from facewright.errors import BulkError

_CODEC = "zstd"


@dataclass(frozen=True)
class Row:
    """A face in a file.

    Attributes:
        path: Relative to the source.
        digest: Of the file.
        face: 0 for the largest face of the photo.
        found: The face.
    """

    path: str
    digest: str
    face: int
    found: Found


def schema_of(identity: Identity) -> Any:
    """Return the columns of the rows of an identity."""
    columns = [
        ("path", pa.string()),
        ("digest", pa.string()),
        ("face", pa.int32()),
        ("left", pa.int32()),
        ("top", pa.int32()),
        ("right", pa.int32()),
        ("bottom", pa.int32()),
        ("detector_score", pa.float64()),
    ]
    if identity.kind == "embed":
        columns += [("embedding", pa.list_(pa.float32(), identity.dimension))]
    else:
        columns += [
            ("name", pa.string()),
            ("unknown", pa.bool_()),
            ("probability", pa.float64()),
            ("similarity", pa.float64()),
        ]
    return pa.schema([*columns, ("contract", pa.string())])


FAILURES = pa.schema([(name, pa.string()) for name in ("path", "digest", "code", "message")])


def pack_rows(rows: Sequence[Row], identity: Identity) -> bytes:
    """Return rows as a Parquet file; the same rows make the same bytes."""
    schema = schema_of(identity)
    columns = {
        "path": [row.path for row in rows],
        "digest": [row.digest for row in rows],
        "face": [row.face for row in rows],
        "left": [row.found.box.left for row in rows],
        "top": [row.found.box.top for row in rows],
        "right": [row.found.box.right for row in rows],
        "bottom": [row.found.box.bottom for row in rows],
        "detector_score": [row.found.score for row in rows],
        "contract": [identity.model or identity.contract] * len(rows),
        **(_vectors(rows, identity) if identity.kind == "embed" else _answers(rows)),
    }
    return _packed(pa.table([pa.array(columns[f.name], f.type) for f in schema], schema=schema))


def _vectors(rows: Sequence[Row], identity: Identity) -> dict[str, Any]:
    stacked: NDArray[np.float32] = np.concatenate(
        [np.empty(0, np.float32), *(row.found.vector for row in rows)]
    )
    flat = pa.array(stacked, pa.float32())
    return {"embedding": pa.FixedSizeListArray.from_arrays(flat, identity.dimension)}


def _answers(rows: Sequence[Row]) -> dict[str, Any]:
    decisions = [row.found.decision for row in rows]
    return {
        name: [getattr(decision, name) for decision in decisions]
        for name in ("name", "unknown", "probability", "similarity")
    }


def pack_failures(failures: Sequence[Failure]) -> bytes:
    """Return failures as a Parquet file."""
    columns = [[getattr(each, name) for each in failures] for name in FAILURES.names]
    return _packed(pa.table(columns, schema=FAILURES))


def _packed(table: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression=_CODEC)
    return buffer.getvalue()


def read_table(data: bytes, columns: Sequence[str] | None = None) -> Any:
    """Return a Parquet file's table.

    Raises:
        BulkError: The bytes are damaged.
    """
    try:
        # A process that ends while Arrow starts its threads is aborted.
        return pq.read_table(io.BytesIO(data), columns=columns, use_threads=False, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise BulkError(f"not a Parquet file, or a damaged one: {error}") from error


def read_failures(data: bytes) -> list[Failure]:
    """Return the failures in a file."""
    return [Failure(**each) for each in read_table(data).to_pylist()]


def pack_seen(seen: dict[Stored, str]) -> bytes:
    """Return digests of files as a Parquet file."""
    columns = {
        "path": [stored.path for stored in seen],
        "size": pa.array([stored.size for stored in seen], pa.int64()),
        "changed": pa.array([stored.changed for stored in seen], pa.int64()),
        "digest": list(seen.values()),
    }
    return _packed(pa.table(columns))


def pairs_of(data: bytes) -> tuple[set[tuple[str, str]], int]:
    """Return path and digest of what is in a file, each once, and how many rows it has."""
    table = read_table(data, ["path", "digest"])
    both = zip(table["path"].to_pylist(), table["digest"].to_pylist(), strict=True)
    return set(both), table.num_rows


def joined(place: Place, identity: Identity) -> Any:
    """Return the rows of every shard in a place, sorted by path and face."""
    tables = [read_table(place.read(each.path)) for each in place.files("faces")]
    rows = pa.concat_tables([schema_of(identity).empty_table(), *tables])
    return rows.sort_by([("path", "ascending"), ("face", "ascending")]).combine_chunks()
