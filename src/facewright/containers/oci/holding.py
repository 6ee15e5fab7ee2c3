"""Who uses the blobs of a layout, so that none is removed under somebody's hands."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from facewright.containers.oci.descriptor import INDEX, Descriptor
from facewright.containers.oci.layout import Layout


@contextmanager
def holding(layout: Layout) -> Iterator[None]:
    """Keep every blob of the layout from being removed; the kernel ends it with the process."""
    with _lock(layout).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def collect(layout: Layout) -> int:
    """Remove the blobs that no named image needs, unless somebody holds the layout now.

    Returns:
        Bytes that became free; 0 when somebody builds, and the next time will do.

    Raises:
        ImageError: A named image cannot be read, so that nobody knows what it needs.
    """
    if not layout.exists():
        return 0
    with _lock(layout).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return 0
        return _remove_others(layout, needed(layout))


def needed(layout: Layout) -> set[str]:
    """Return the digests of all blobs that named images lead to."""
    found: set[str] = set()
    for descriptor in layout.names().values():
        _follow(layout, descriptor, found)
    return found


def _follow(layout: Layout, descriptor: Descriptor, found: set[str]) -> None:
    if descriptor.digest in found:
        return
    found.add(descriptor.digest)
    # An index may name images of platforms that were never fetched.
    if not layout.blobs.has(descriptor.digest):
        return
    document = layout.document(descriptor)
    for entry in document.get("manifests", []):
        _follow(layout, Descriptor.from_json(entry), found)
    if descriptor.media_type != INDEX and "config" in document:
        parts = [document["config"], *document.get("layers", [])]
        found.update(Descriptor.from_json(part).digest for part in parts)


def _remove_others(layout: Layout, kept: set[str]) -> int:
    freed = 0
    for path in (layout.blobs.folder / "sha256").iterdir():
        if f"sha256:{path.name}" not in kept:  # also what a killed process left half-written
            with suppress(FileNotFoundError):
                freed += path.stat().st_size
                path.unlink()
    return freed


def _lock(layout: Layout) -> Path:
    layout.folder.mkdir(parents=True, exist_ok=True)
    return layout.folder / ".held"
