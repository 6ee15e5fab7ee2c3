"""The confusion matrix as a picture."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from facewright.training.evaluate import Evaluation

_INCHES_PER_LABEL = 0.55
_MOST_INCHES = 24.0


def draw_confusion_matrix(evaluation: Evaluation, path: Path) -> None:
    """Write the matrix as a PNG; rows are what photos show, columns what was answered."""
    count = len(evaluation.labels)
    edge = min(3.0 + _INCHES_PER_LABEL * count, _MOST_INCHES)
    figure = Figure(figsize=(edge, edge), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(evaluation.matrix, cmap="Blues", vmin=0)
    axes.set_xticks(range(count), evaluation.labels, rotation=45, ha="right")
    axes.set_yticks(range(count), evaluation.labels)
    axes.set_xlabel("answered")
    axes.set_ylabel("shown")
    axes.set_title(f"{evaluation.accuracy:.1%} of {evaluation.photos} held-out photos right")
    _write_counts(axes, evaluation)
    FigureCanvasAgg(figure).print_png(str(path))


def _write_counts(axes: object, evaluation: Evaluation) -> None:
    half = evaluation.matrix.max() / 2
    for (row, column), photos in _cells(evaluation):
        colour = "white" if photos > half else "black"
        axes.text(column, row, str(photos), ha="center", va="center", color=colour)  # type: ignore[attr-defined]


def _cells(evaluation: Evaluation) -> list[tuple[tuple[int, int], int]]:
    count = len(evaluation.labels)
    cells = [(row, column) for row in range(count) for column in range(count)]
    return [(cell, int(evaluation.matrix[cell])) for cell in cells if evaluation.matrix[cell]]
