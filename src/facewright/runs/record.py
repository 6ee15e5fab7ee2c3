"""A run as the history is told of it: what was submitted, and where it stands."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from facewright.errors import RunError

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}_[0-9]{1,16}")
_FORMAT = 1


class RunStatus(StrEnum):
    """Where a run stands."""

    SUBMITTING = "Submitting"
    RUNNING = "Running"
    COMPLETED = "Completed"
    FAILED = "Failed"
    CANCELED = "Canceled"

    @property
    def is_final(self) -> bool:
        """Return whether nothing follows."""
        return self not in (RunStatus.SUBMITTING, RunStatus.RUNNING)


@dataclass(frozen=True)
class Submitted:
    """What is known of a run the moment it is submitted.

    Attributes:
        run_id: `<project>_<milliseconds since 1970>`.
        project: Name of the project.
        project_id: Its own for ever.
        account: Experimentation account that the project is in.
        workspace: Workspace that the project is in.
        user: Who submitted it.
        target: Name of the compute target.
        configuration: Name of the run configuration.
        script_name: The script, relative to the project.
        arguments: What the script is given.
        created: When, with a time zone.
        run_number: Counts the runs of the project from 1; None lets the history count.
        commit: Snapshot of the code, or None.
        environment: Digest of the dependencies, or None.
    """

    run_id: str
    project: str
    project_id: str
    account: str
    workspace: str
    user: str
    target: str
    configuration: str
    script_name: str
    arguments: Sequence[str]
    created: datetime
    run_number: int | None = None
    commit: str | None = None
    environment: str | None = None

    def __post_init__(self) -> None:
        checked_run_id(self.run_id)

    def to_json(self) -> str:
        """Return the record as JSON, format 1."""
        content = asdict(self) | {"format": _FORMAT, "created": self.created.isoformat()}
        return json.dumps(content | {"arguments": list(self.arguments)})

    @classmethod
    def from_json(cls, text: str) -> "Submitted":
        """Read a record.

        Raises:
            RunError: The text is not one, or of another format.
        """
        try:
            content: dict[str, Any] = json.loads(text)
            if (number := content.pop("format")) != _FORMAT:
                raise ValueError(f"format {number}, expected {_FORMAT}")
            created = datetime.fromisoformat(content.pop("created")).astimezone(UTC)
            arguments = tuple(content.pop("arguments"))
            return cls(**content, created=created, arguments=arguments)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RunError(f"the record of a run cannot be read: {error}") from error


def checked_run_id(run_id: str) -> str:
    """Return a run's id when it can be one.

    Raises:
        RunError: It cannot.
    """
    if not _RUN_ID.fullmatch(run_id):
        raise RunError(
            f"not a run's id: expected PROJECT_MILLISECONDS, received {run_id[:100]!r}",
            hint="`facewright history list` shows the ids",
        )
    return run_id
