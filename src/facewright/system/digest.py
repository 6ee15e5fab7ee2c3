"""SHA-256 digests, always written as ``sha256:<64 hex digits>``."""

import hashlib
from pathlib import Path


def of_bytes(data: bytes) -> str:
    """Return the digest of `data`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def of_file(path: Path) -> str:
    """Return the digest of the file at `path`, read in blocks."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def of_text(text: str) -> str:
    """Return the digest of `text` in UTF-8."""
    return of_bytes(text.encode())
