"""Names of people: what a name may be, and when two names are the same."""

import hashlib
import unicodedata

from facewright.errors import GalleryError

LONGEST = 64
_RESERVED = "unknown"
_KEY_LENGTH = 32
# Controls, lone surrogates, unassigned and private characters, line and paragraph separators.
_REFUSED = {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}
# Invisible marks that make text read as other than it is; joiners of scripts stay allowed.
_BIDIRECTIONAL = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


def checked_name(name: str) -> str:
    """Return a name as it is stored: composed (NFC), otherwise unchanged.

    Args:
        name: Any script, 1–64 characters.

    Raises:
        GalleryError: Empty, too long, reserved, or with characters that cannot be seen.
    """
    composed = unicodedata.normalize("NFC", name)
    problem = _problem(composed)
    if problem:
        raise GalleryError(
            f"not a name: expected 1 to {LONGEST} visible characters that do not begin or end "
            f"with a space, received {name[: LONGEST + 1]!r}, which {problem}",
            hint="write the name as a person would read it",
        )
    return composed


def key_of(name: str) -> str:
    """Return the key of a name: the same for names that differ only in case or in width.

    It is the stem of the person's file, so that no name can ever be a path.

    Returns:
        32 lower-case hexadecimal digits.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:_KEY_LENGTH]


def _problem(name: str) -> str | None:
    if not name:
        return "is empty"
    if len(name) > LONGEST:
        return f"has more than {LONGEST} characters"
    if name != name.strip():
        return "begins or ends with a space"
    if any(_hidden(character) for character in name):
        return "holds a character that cannot be seen"
    if key_of(name) == key_of(_RESERVED):
        return "is the answer for strangers"
    return None


def _hidden(character: str) -> bool:
    category = unicodedata.category(character)
    return category in _REFUSED or unicodedata.bidirectional(character) in _BIDIRECTIONAL
