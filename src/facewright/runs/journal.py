"""A run's journal: a folder on this machine with everything that is known of the run.

Each file has one writer, and each is written whole or only grows, so that whoever keeps the run can
be killed at any moment and another can go on:

    order.json        what was submitted; never changed
    config/           what the compute target was when the run was submitted
    project/          the files in, until the job has started
    watched.json      where the job is, by the watch
    logs/driver_log.txt   what the script printed; its size is how far the target's log was read
    reported.jsonl    what the script reported; likewise
    outputs/          harvested when the job ended
    report/           the same for files that the script reported
    verdict.json      how the run ended; never changed
    carried.json      how much of this the history knows, by the carrier
    cancel            somebody asked for the run's end
    give-up           somebody asked not to wait for its target any more
    keeper.lock       held by the keeper while it lives
    keeper.log        what went wrong with it
    reserve           room for the verdict, should the disk be full
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from facewright.errors import RunError
from facewright.runs.order import Order, read_order
from facewright.runs.record import RunStatus
from facewright.runs.verdict import Verdict
from facewright.system.files import write_text

_RESERVE = 64 * 1024


@dataclass(frozen=True)
class Watched:
    """Where a job is, as its keeper saw it last.

    Attributes:
        started: When the target took it, in milliseconds since 1970; None before.
        drained: Whether everything it left was brought here.
        waiting_since: Since when the watch cannot go on, in milliseconds since 1970, or None.
        waiting_for: Why, in words.
    """

    started: int | None = None
    drained: bool = False
    waiting_since: int | None = None
    waiting_for: str | None = None


@dataclass(frozen=True)
class Carried:
    """What the history knows of a run.

    Attributes:
        begun: Whether it knows the run.
        running: Whether it knows that the job started.
        reported: Bytes of `reported.jsonl` that it holds.
        done: Whether it holds everything, the end included.
        waiting_since: Since when it is away, in milliseconds since 1970, or None.
        waiting_for: Why, in words.
    """

    begun: bool = False
    running: bool = False
    reported: int = 0
    done: bool = False
    waiting_since: int | None = None
    waiting_for: str | None = None


State = TypeVar("State", Watched, Carried)


class Journal:
    """The folder of one run.

    Args:
        folder: `<data>/runs/<run id>`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.log = self.logs / "driver_log.txt"
        self.reported = folder / "reported.jsonl"
        self.source = folder / "project"
        self.outputs = folder / "outputs"
        self.report = folder / "report"
        self.keeper_log = folder / "keeper.log"
        self.keeper_lock = folder / "keeper.lock"

    @property
    def run_id(self) -> str:
        """Return the run's id."""
        return self.folder.name

    def order(self) -> Order:
        """Return what was submitted."""
        return read_order(self.folder / "order.json")

    def watched(self) -> Watched:
        """Return where the job is."""
        return Watched(**self._read("watched.json"))

    def carried(self) -> Carried:
        """Return what the history knows."""
        return Carried(**self._read("carried.json"))

    def note_watched(self, **changes: Any) -> None:
        """Write down where the job is; for its watch only."""
        self._write("watched.json", asdict(replace(self.watched(), **changes)))

    def note_carried(self, **changes: Any) -> None:
        """Write down what the history knows; for its carrier only."""
        self._write("carried.json", asdict(replace(self.carried(), **changes)))

    def verdict(self) -> Verdict | None:
        """Return how the run ended; None while it goes on."""
        content = self._read("verdict.json")
        return Verdict(**{**content, "status": RunStatus(content["status"])}) if content else None

    def end(self, verdict: Verdict) -> Verdict:
        """Write down how the run ended, unless it was, and return what holds."""
        if (known := self.verdict()) is not None:
            return known
        (self.folder / "reserve").unlink(missing_ok=True)
        self._write("verdict.json", asdict(verdict))
        return verdict

    def set_room_aside(self) -> None:
        """Keep room for the verdict."""
        (self.folder / "reserve").write_bytes(b"\0" * _RESERVE)

    def ask_to_cancel(self) -> None:
        """Ask whoever keeps the run to end it."""
        (self.folder / "cancel").touch()

    @property
    def to_be_canceled(self) -> bool:
        """Return whether somebody asked for the run's end."""
        return (self.folder / "cancel").exists()

    def ask_to_give_up(self) -> None:
        """Ask whoever keeps the run to end it, whether its target answers or not."""
        (self.folder / "give-up").touch()
        self.ask_to_cancel()

    @property
    def to_be_given_up(self) -> bool:
        """Return whether its target is not to be waited for any more."""
        return (self.folder / "give-up").exists()

    def status(self) -> RunStatus:
        """Return the run's status."""
        if (verdict := self.verdict()) is not None:
            return verdict.status
        return RunStatus.SUBMITTING if self.watched().started is None else RunStatus.RUNNING

    @property
    def closed(self) -> bool:
        """Return whether nothing is left to do for the run."""
        return self.watched().drained and self.carried().done and self.verdict() is not None

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise RunError(f"the journal of a run cannot be read: {path}: {error}") from error
        return dict(content)

    def _write(self, name: str, content: dict[str, Any]) -> None:
        write_text(self.folder / name, json.dumps(content, indent=2) + "\n")
