"""What people see: progress and talk on stderr, results on stdout."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console as RichConsole
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from facewright.recognizer.contract import RejectionRecord
    from facewright.training.embed import Skipped
    from facewright.training.evaluate import Evaluation
    from facewright.training.train import TrainingResult

Item = TypeVar("Item")


_METHODS = {
    "quantile": "counted",
    "normal": "from a normal distribution",
    "gumbel": "from an extreme-value distribution",
}


def threshold_lines(rejection: "RejectionRecord") -> list[str]:
    """Say how a threshold was set, and how sure it is."""
    evidence = rejection.evidence
    rate, size = float(evidence["false_positive_rate"] or 0), evidence["people"]
    sources = [f"{evidence['strangers']} strangers", f"{evidence['held_out']} photos of people"]
    if evidence["generated"]:
        sources.append(f"{evidence['generated']} generated people")
    total = sum(int(evidence[name] or 0) for name in ("strangers", "held_out", "generated"))
    low, high = float(evidence["above_low"] or 0), float(evidence["above_high"] or 0)
    lines = [
        f"Threshold: similarity {rejection.threshold:.3f}, so that at most {rate:.2%} of strangers "
        f"are named, for {size} people",
        f"  set {_METHODS[str(evidence['method'])]}, with {', '.join(sources)}; "
        f"{evidence['above']} of these {total} lie above it (95 %: {low:.1%} to {high:.1%})",
    ]
    if evidence["method"] != "quantile":
        lines.append(
            f"  counting instead takes {evidence['needed']} photos of other people in `unknown`"
        )
    return lines


class Console:
    """A terminal, or a file or pipe in its place; also a `Reporter` for training."""

    def __init__(self) -> None:
        self._talk = RichConsole(file=sys.stderr, highlight=False)
        self._results = RichConsole(file=sys.stdout, highlight=False)

    def say(self, text: str) -> None:
        """Say what happens."""
        self._talk.print(text, markup=False, emoji=False, soft_wrap=True)

    def result(self, text: str) -> None:
        """Print a line that somebody may want to pipe."""
        self._results.print(text, markup=False, emoji=False, soft_wrap=True)

    def table(self, table: Table) -> None:
        """Print a table."""
        self._results.print(table)

    def track(self, items: Iterable[Item], label: str, total: int) -> Iterable[Item]:
        """Yield `items` under a progress bar; a plain line where there is no terminal."""
        if not self._talk.is_terminal:
            self.say(f"{label}: {total}")
            yield from items
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeRemainingColumn(), console=self._talk) as progress:
            yield from progress.track(items, total=total, description=label)

    @contextmanager
    def progress(self, label: str) -> Iterator[Callable[[int, int], None]]:
        """Yield a function that is told how many are done, and of how many."""
        if not self._talk.is_terminal:
            self.say(label)
            yield lambda done, total: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self._talk) as progress:
            task = progress.add_task(label, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        """Hear a number; `training_result` shows those that matter."""

    def training_result(self, result: "TrainingResult") -> None:
        """Show what a training run made and found."""
        self._skipped(result.skipped)
        if result.evaluation is None:
            self.result("Held-out accuracy: not measured, no photos were held out")
        else:
            self._evaluation(result.evaluation)
        for line in threshold_lines(result.contract.rejection):
            self.result(line)
        self._times(result)
        for path in result.files.values():
            self.result(f"Wrote {path}")

    def _skipped(self, skipped: "list[Skipped]") -> None:
        if not skipped:
            return
        table = Table(title=f"Skipped {len(skipped)} photos", title_justify="left")
        table.add_column("photo", overflow="fold")
        table.add_column("reason", overflow="fold")
        for entry in skipped:
            photo = entry.photo
            table.add_row(Text(f"{photo.label}/{photo.path.name}"), Text(entry.reason))
        self.table(table)

    def _evaluation(self, evaluation: "Evaluation") -> None:
        self.table(_people_table(evaluation))
        self.table(_confusion_table(evaluation))
        right = int(evaluation.matrix.trace())
        self.result(
            f"Held-out accuracy: {evaluation.accuracy:.1%} ({right} of {evaluation.photos} photos)"
        )

    def _times(self, result: "TrainingResult") -> None:
        seconds = result.seconds
        total = result.trained + (result.evaluation.photos if result.evaluation else 0)
        self.say(
            f"Embedding took {seconds['embedding']:.1f} s ({result.fresh} photos anew, {total} "
            f"used), learning {seconds['learning']:.1f} s, writing {seconds['writing']:.1f} s"
        )


def _people_table(evaluation: "Evaluation") -> Table:
    table = Table(title="Held-out photos", title_justify="left")
    table.add_column("person")
    for column in ("photos", "precision", "recall"):
        table.add_column(column, justify="right")
    for score in evaluation.scores:
        table.add_row(
            Text(score.label), str(score.photos), _share(score.precision), _share(score.recall)
        )
    return table


def _confusion_table(evaluation: "Evaluation") -> Table:
    table = Table(title="Confusion matrix (rows: shown, columns: answered)", title_justify="left")
    table.add_column("")
    for label in evaluation.labels:
        table.add_column(Text(label), justify="right")
    for label, row in zip(evaluation.labels, evaluation.matrix.tolist(), strict=True):
        table.add_row(Text(label), *(str(count) if count else "·" for count in row))
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
