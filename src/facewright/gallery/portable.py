"""A gallery as one file, to be carried elsewhere: a header line, then each person's file.

The people's lines are the bytes of their files in the order of their keys, so an export of the
same people is always the same file, and an import writes the same files again.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from facewright.errors import GalleryError
from facewright.gallery.header import Header, check_same_model, header_bytes, parse_header
from facewright.gallery.person import MOST_BYTES, Person, from_bytes, to_bytes
from facewright.system.files import whole_file

_MOST_PEOPLE = 1_000_000
_MOST_HEADER_BYTES = 10_000


def write_portable(path: Path, header: Header, people: Iterable[Person]) -> int:
    """Write people into one file, whole or not at all.

    Returns:
        How many people were written.
    """
    count = 0
    with whole_file(path) as temporary, temporary.open("wb") as file:
        file.write(header_bytes(header))
        for person in people:
            file.write(to_bytes(person))
            count += 1
    return count


def read_portable(path: Path, expected: Header) -> dict[str, bytes]:
    """Read people from such a file.

    Args:
        path: The file.
        expected: Header of the gallery they are for.

    Returns:
        The people's files by key.

    Raises:
        GalleryError: Missing, damaged, of another model, or one person twice.
    """
    if not path.is_file():
        raise GalleryError(
            f"no such file: {path}", hint="make one with `facewright people export FILE`"
        )
    people: dict[str, bytes] = {}
    for number, person in enumerate(_people(path, expected), start=2):
        if person.key in people:
            raise GalleryError(f"{path}, line {number}: {person.name!r} is there twice")
        if len(people) == _MOST_PEOPLE:
            raise GalleryError(f"{path} holds more than {_MOST_PEOPLE} people")
        people[person.key] = to_bytes(person)
    return people


def _people(path: Path, expected: Header) -> Iterator[Person]:
    with path.open("rb") as file:
        header = parse_header(file.readline(_MOST_HEADER_BYTES), str(path))
        check_same_model(header, expected, str(path))
        number = 1
        while line := file.readline(MOST_BYTES + 1):
            number += 1
            yield from_bytes(line, expected.dimension, f"{path}, line {number},")
