"""Reading lists of pairs as LFW writes them.

View 1 (development): an optional first line with the number of pairs of each kind, then all pairs
of one person, ``name  i  j``, and all pairs of two people, ``name1  i  name2  j``. View 2 has a
first line ``folds  pairs``, and for each fold so many pairs of one person and so many of two. The
fields are separated by tabs. Huang et al., *Labeled Faces in the Wild* (UMass TR 07-49, 2007).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facewright.errors import EvaluationError

_HINT = (
    "a list of pairs has lines `name<TAB>i<TAB>j` and `name1<TAB>i<TAB>name2<TAB>j`, as LFW's "
    "pairs.txt"
)


@dataclass(frozen=True)
class Shot:
    """One photo of a list: a person's name and which of their photos, from 1."""

    person: str
    number: int


@dataclass(frozen=True)
class Pair:
    """Two photos; `same` says whether they show one person."""

    first: Shot
    second: Shot

    @property
    def same(self) -> bool:
        """Whether both are of one person."""
        return self.first.person == self.second.person


@dataclass(frozen=True)
class PairList:
    """A list of pairs.

    Attributes:
        folds: The pairs, in one part (View 1) or in several (View 2).
    """

    folds: tuple[tuple[Pair, ...], ...]

    @property
    def pairs(self) -> list[Pair]:
        """All pairs, in the order of the file."""
        return [pair for fold in self.folds for pair in fold]

    @property
    def shots(self) -> list[Shot]:
        """Every photo once, in the order of the file."""
        return list(
            dict.fromkeys(shot for pair in self.pairs for shot in (pair.first, pair.second))
        )


def read_pairs(path: Path) -> PairList:
    """Read a list of pairs.

    Args:
        path: Text in UTF-8; empty lines are passed over.

    Raises:
        EvaluationError: Missing, not such a list, or not as many pairs as its first line says;
            names the line.
    """
    lines = _lines(path)
    header = _header(lines[0], path.name) if lines else None
    body = lines[1:] if header else lines
    pairs = [_pair(fields, number, path.name) for number, fields in body]
    folds = _folded(pairs, header or (1, None), path.name)
    for position, fold in enumerate(folds, start=1):
        _check_kinds(fold, position if len(folds) > 1 else None, path.name)
    return PairList(folds)


_Line = tuple[int, list[str]]


def _lines(path: Path) -> list[_Line]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise EvaluationError(f"cannot read the list of pairs {path}: {reason}", _HINT) from error
    return [
        (number, line.split("\t") if "\t" in line else line.split())
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip()
    ]


def _header(line: _Line, file: str) -> tuple[int, int | None] | None:
    number, fields = line
    if len(fields) > 2:
        return None
    counts = [_count(field) for field in fields]
    if 0 in counts:
        raise _broken(file, number, "one or two whole numbers, from 1", fields)
    return (1, counts[0]) if len(counts) == 1 else (counts[0], counts[1])


def _pair(fields: list[str], number: int, file: str) -> Pair:
    if len(fields) == 3:
        fields = [*fields[:2], fields[0], fields[2]]
    if len(fields) != 4:
        raise _broken(file, number, "3 or 4 fields", fields)
    return Pair(_shot(fields[:2], number, file), _shot(fields[2:], number, file))


def _shot(fields: Sequence[str], number: int, file: str) -> Shot:
    person, count = fields[0].strip(), _count(fields[1])
    if not person or "/" in person or "\\" in person or person.startswith("."):
        raise _broken(file, number, "the name of a folder", [fields[0]])
    if not count:
        raise _broken(file, number, "the number of a photo, from 1", [fields[1]])
    return Shot(person, count)


def _count(field: str) -> int:
    field = field.strip()
    return int(field) if field.isascii() and field.isdigit() else 0


def _folded(
    pairs: list[Pair], header: tuple[int, int | None], file: str
) -> tuple[tuple[Pair, ...], ...]:
    folds, each = header
    if each is None:
        return (tuple(pairs),)
    if len(pairs) != folds * each * 2:
        told = f"{folds} folds of {each}" if folds > 1 else f"{each}"
        raise EvaluationError(
            f"{file} is not whole: its first line tells of {told} pairs of one person and as many "
            f"of two, expected {folds * each * 2} pairs, received {len(pairs)}",
            "fetch the file again, or correct its first line",
        )
    return tuple(tuple(pairs[start : start + 2 * each]) for start in range(0, len(pairs), 2 * each))


def _check_kinds(fold: Sequence[Pair], position: int | None, file: str) -> None:
    same = sum(pair.same for pair in fold)
    if not 0 < same < len(fold):
        where = f"fold {position} of {file}" if position else file
        raise EvaluationError(
            f"{where} cannot be evaluated: expected pairs of one person and pairs of two, "
            f"received {same} and {len(fold) - same}",
            _HINT,
        )


def _broken(file: str, number: int, expected: str, received: list[str]) -> EvaluationError:
    shown = " ".join(received)[:80]
    return EvaluationError(
        f"line {number} of {file} is not a pair: expected {expected}, received {shown!r}", _HINT
    )
