"""The doctor's report, and its form for machines.

The JSON form is numbered. Format 1: ``folder``, ``embedder``, ``detector``, ``people`` (name,
photos, usable), ``counts`` by severity, ``limits`` (or null) and ``findings`` (severity, code,
person, message, photos, conflicts, evidence or null, remedy).
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from facewright.faces.face import Box
from facewright.photobook.finding import Finding, Severity
from facewright.photobook.limits import Limits

FORMAT = 1


@dataclass(frozen=True)
class PersonCount:
    """How many photos a folder holds.

    Attributes:
        name: The folder's name.
        photos: Its photos.
        usable: The different ones in which a face was found.
    """

    name: str
    photos: int
    usable: int


@dataclass(frozen=True)
class Report:
    """What was found in a folder.

    Attributes:
        folder: The folder of people's folders.
        embedder: Name of the embedder that compared the faces.
        detector: Name of the detector that found them.
        people: The folders and their photos.
        limits: Similarities of this folder; None when people could not be compared.
        findings: The worst first.
        boxes: The face that training takes of each photo, by the photo's name.
    """

    folder: Path
    embedder: str
    detector: str
    people: tuple[PersonCount, ...]
    limits: Limits | None
    findings: tuple[Finding, ...]
    boxes: dict[str, Box]

    @property
    def photos(self) -> int:
        """How many photos were looked at."""
        return sum(person.photos for person in self.people)

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity."""
        found = [finding.severity for finding in self.findings]
        return {severity: found.count(severity) for severity in Severity}

    def has(self, least: Severity) -> bool:
        """Return whether there is a finding of this severity or a worse one."""
        return any(finding.severity.rank <= least.rank for finding in self.findings)

    def to_json(self) -> str:
        """Return the form for machines; ASCII, so that any file name can be written."""
        content = {
            "format": FORMAT,
            "folder": str(self.folder),
            "embedder": self.embedder,
            "detector": self.detector,
            "people": [asdict(person) for person in self.people],
            "counts": {severity.value: count for severity, count in self.counts.items()},
            "limits": None if self.limits is None else _limits(self.limits),
            "findings": [asdict(finding) | {"remedy": finding.remedy} for finding in self.findings],
        }
        return json.dumps(content, indent=2) + "\n"


def _limits(limits: Limits) -> dict[str, Any]:
    derived = {
        name: getattr(limits, name) for name in ("same", "hidden", "near", "apart", "margin")
    }
    return asdict(limits) | {name: round(value, 6) for name, value in derived.items()}
