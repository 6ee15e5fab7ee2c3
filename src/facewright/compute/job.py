"""A job: what a compute target executes, and the states it goes through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from facewright.compute.dependencies import Dependencies


@dataclass(frozen=True)
class Resources:
    """What a job may use; None leaves it to the target.

    Attributes:
        cpus: Processors, fractions allowed.
        memory: Bytes.
    """

    cpus: float | None = None
    memory: int | None = None


@dataclass(frozen=True)
class Job:
    """A command with files in, files out and resources.

    On the target a job has a folder of its own with `project/`, where the command runs and whose
    `outputs/` is made empty, `report/`, where the command may leave what it wants to tell, and
    `log.txt`, its output and errors as they come.

    Attributes:
        id: Letters, digits, dots, dashes and underscores; new on its target.
        argv: Script and its arguments, without the interpreter, which is the target's.
        source: Folder on this machine that holds the files in.
        files: Which of them, relative to `source`, with forward slashes; plain files only.
        environment: Variables that the command gets besides the target's own.
        folders: Variables whose values are paths in the job's folder, such as ``report``; the
            target makes them absolute.
        dependencies: What the command imports; None runs it in the target's own Python.
        shared: Name of the shared folder that the command is given; a relative path.
        resources: What it may use.
    """

    id: str
    argv: Sequence[str]
    source: Path
    files: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    dependencies: Dependencies | None = None
    shared: str = "default"
    resources: Resources = field(default_factory=Resources)


class Phase(StrEnum):
    """Where a job is."""

    ABSENT = "absent"
    """The target has no such job: it was never started there, or was cleaned away."""
    RUNNING = "running"
    ENDED = "ended"
    """Its command ended by itself, or by a signal; `exit_code` tells."""
    LOST = "lost"
    """It runs no more and left no exit code: the machine or its keeper went down."""


@dataclass(frozen=True)
class JobState:
    """What a target knows of a job.

    Attributes:
        phase: Where it is.
        exit_code: Of an ended command; minus the signal when one killed it.
        reason: In words, when there is more to say, such as ``killed: out of memory``.
    """

    phase: Phase
    exit_code: int | None = None
    reason: str | None = None
