"""All journals of this machine; the open ones are found without looking through the others."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from facewright.errors import RunError
from facewright.runs.journal import Journal
from facewright.runs.order import Order, write_order
from facewright.runs.record import checked_run_id

_FORGOTTEN_AFTER = 3600.0  # seconds a marker without a journal is left alone: it may be being made


class Journals:
    """The folder `<data>/runs`.

    Args:
        data: The user's data folder.
    """

    def __init__(self, data: Path) -> None:
        self._folder = data / "runs"
        self._open = self._folder / "open"

    def begin(self, make: Callable[[Journal], Order]) -> Journal:
        """Write a new journal, which appears whole.

        Args:
            make: Fills the journal's folder with what only it knows, the files in among them, and
                returns what is submitted. Its run id is taken, or the next one that is free.
        """
        self._open.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder.chmod(0o700)
        temporary = Path(tempfile.mkdtemp(dir=self._folder, prefix=".new-"))
        try:
            draft = Journal(temporary)
            draft.source.mkdir()
            draft.logs.mkdir()
            order = make(draft)
            draft.set_room_aside()
            return self._placed(temporary, order)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def _placed(self, temporary: Path, order: Order) -> Journal:
        # A folder cannot take the place of one that holds files, which settles who has an id.
        while True:
            write_order(order, temporary / "order.json")
            place = self._folder / order.run_id
            marker = self._open / order.run_id
            new = not place.exists()
            if new:
                marker.touch()
            try:
                temporary.rename(place)
            except OSError:
                if not place.exists():
                    raise
                order = order.renamed(_next(order.run_id))
            else:
                return Journal(place)

    def find(self, run_id: str) -> Journal:
        """Return the journal of a run.

        Raises:
            RunError: It is not a run's id, or this machine keeps no journal of it.
        """
        journal = Journal(self._folder / checked_run_id(run_id))
        if not (journal.folder / "order.json").is_file():
            raise RunError(
                f"this machine keeps no journal of the run {run_id}",
                hint="`facewright history info -r RUN` shows what the history knows of a run",
            )
        return journal

    def open_runs(self) -> Iterator[Journal]:
        """Yield the runs that something is left to do for, oldest first."""
        try:
            names = [marker.name for marker in self._open.iterdir()]
        except FileNotFoundError:
            return
        for name in sorted(names, key=lambda name: name.rpartition("_")[2]):
            journal = Journal(self._folder / name)
            if (journal.folder / "order.json").is_file():
                yield journal
            else:
                self._forget(name)

    def _forget(self, name: str) -> None:
        marker = self._open / name
        try:
            if time.time() - marker.stat().st_mtime > _FORGOTTEN_AFTER:
                marker.unlink()
        except FileNotFoundError:
            pass

    def finished(self) -> Iterator[Journal]:
        """Yield the runs that nothing is left to do for."""
        if not self._folder.is_dir():
            return
        for entry in sorted(self._folder.iterdir()):
            journal = Journal(entry)
            if (entry / "order.json").is_file() and not self.is_open(journal):
                yield journal

    def close(self, journal: Journal) -> None:
        """Say that nothing is left to do for a run."""
        (self._open / journal.run_id).unlink(missing_ok=True)

    def is_open(self, journal: Journal) -> bool:
        """Return whether something is left to do for a run."""
        return (self._open / journal.run_id).exists()

    def remove(self, journal: Journal) -> None:
        """Remove the journal with everything in it."""
        shutil.rmtree(journal.folder)
        self.close(journal)


def _next(run_id: str) -> str:
    name, _, number = run_id.rpartition("_")
    return f"{name}_{int(number) + 1}"
