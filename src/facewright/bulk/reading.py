"""Reading an output in Python."""

from typing import TYPE_CHECKING

from facewright.bulk.identity import read_identity
from facewright.bulk.place import open_place
from facewright.embedders.lazy import resolve

if TYPE_CHECKING:
    import pyarrow


def read_faces(output: str) -> "pyarrow.Table":
    """Return the rows of an output, sorted by path and face.

    Example::

        table = read_faces("outputs/embeddings")
        vectors = np.stack(table["embedding"].to_numpy(zero_copy_only=False))

    Args:
        output: Folder, or URI such as ``s3://bucket/embeddings``.

    Raises:
        BulkError: It is no output.
        MissingLibrary: It takes the extra `bulk`.
    """
    place = open_place(output)
    identity = read_identity(place)
    table: pyarrow.Table = resolve("facewright.bulk.rows:joined", "bulk")(place, identity)
    return table
