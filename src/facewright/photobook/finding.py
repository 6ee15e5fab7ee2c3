"""A finding: what is wrong with which photos, how one can tell, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from facewright.photobook.codes import REMEDIES


class Severity(StrEnum):
    """How bad a finding is.

    ``error``: training fails or learns something false. ``warning``: the photo is useless, or the
    result will be worse. ``note``: worth knowing.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Evidence:
    """The number behind a finding.

    Attributes:
        measure: What was measured, in a few words.
        value: How much it is.
        limit: Where a finding begins, or None.
    """

    measure: str
    value: float
    limit: float | None = None

    def __str__(self) -> str:
        limit = "" if self.limit is None else f" (limit {self.limit:.3g})"
        return f"{self.measure} {self.value:.3g}{limit}"


@dataclass(frozen=True)
class Finding:
    """One fault.

    Attributes:
        severity: How bad it is.
        code: Stable name of the kind of fault, one of `REMEDIES`.
        person: The folder it belongs to; empty for the whole set.
        message: What is wrong, in one sentence without a full stop.
        photos: The photos concerned, such as ``ada/1.jpg``.
        conflicts: Photos they conflict with.
        evidence: The number behind it, or None where there is nothing to measure.
    """

    severity: Severity
    code: str
    person: str
    message: str
    photos: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    evidence: Evidence | None = None

    @property
    def remedy(self) -> str:
        """What to do."""
        return REMEDIES[self.code]


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings by severity, then person, kind and photo."""
    return sorted(
        findings,
        key=lambda finding: (finding.severity.rank, finding.person, finding.code, finding.photos),
    )
