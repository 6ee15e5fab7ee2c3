"""What was submitted, as a run's keeper needs it: written once, never changed.

Format 1. A new key with a default keeps the number; anything else takes a new one, with a reader
for the old.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from facewright.compute.dependencies import Dependencies
from facewright.compute.job import Job
from facewright.errors import RunError
from facewright.runs.job_environment import REPORT_VARIABLE, job_environment
from facewright.runs.record import Submitted

_FORMAT = 1


@dataclass(frozen=True)
class Order:
    """A script to run, where, and what is known about it.

    Attributes:
        submitted: What the history is told.
        folder: The project's folder when the run was submitted.
        tracking_uri: Where the history is.
        artifacts: Folder for artefacts where there is no server to keep them.
        files: What is sent, relative to the project.
        environment: Variables of the run configuration.
        dependencies: What the script imports; None runs it in the target's own Python.
        shared: Name of the shared folder it is given, a relative path.
        share: Base of the shared folders of this machine; None for the user's data folder.
        tracked: Whether the history hears of it.
    """

    submitted: Submitted
    folder: str
    tracking_uri: str
    artifacts: str
    files: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    dependencies: Dependencies | None = None
    shared: str = "default"
    share: str | None = None
    tracked: bool = True

    @property
    def run_id(self) -> str:
        """Return the run's id, which is that of the job on its target as well."""
        return self.submitted.run_id

    def renamed(self, run_id: str) -> "Order":
        """Return the same order for another run."""
        return replace(self, submitted=replace(self.submitted, run_id=run_id))

    def job(self, source: Path) -> Job:
        """Return the job to start, whose files in are in `source`."""
        return Job(
            id=self.run_id,
            argv=[self.submitted.script_name, *self.submitted.arguments],
            source=source,
            files=self.files,
            environment={**self.environment, **job_environment(self.run_id)},
            folders={REPORT_VARIABLE: "report"},
            dependencies=self.dependencies,
            shared=self.shared,
        )


def write_order(order: Order, path: Path) -> None:
    """Write an order as JSON, for its owner's eyes: variables may hold secrets."""
    submitted = json.loads(order.submitted.to_json())
    content = {"format": _FORMAT, **asdict(order), "submitted": submitted}
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")


def read_order(path: Path) -> Order:
    """Read an order.

    Raises:
        RunError: The file is missing, broken, or of another format.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if (number := content.pop("format")) != _FORMAT:
            raise ValueError(f"format {number}, expected {_FORMAT}")
        submitted = Submitted.from_json(json.dumps(content.pop("submitted")))
        needed = content.pop("dependencies")
        if needed is not None:
            needed = Dependencies(needed["python"], tuple(needed["requirements"]))
        files = tuple(content.pop("files"))
        return Order(submitted, files=files, dependencies=needed, **content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"the record of a run cannot be read: {path}: {error}",
            hint="`facewright experiment clean` removes what this machine keeps of a run",
        ) from error
