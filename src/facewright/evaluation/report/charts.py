"""Curves and confusion matrices as PNG."""

import io
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from facewright.evaluation.curves import Curve

_INCHES_PER_LABEL = 0.55
_MOST_INCHES = 24.0
_MOST_COUNTS = 40  # labels; with more, numbers in the cells are too small to read
_LEAST_RATE = 1e-4


def draw_roc(curves: Mapping[str, Curve], false: str, true: str) -> bytes:
    """Draw true over false accepts.

    Args:
        curves: Each with its name.
        false: What the horizontal axis counts, in words.
        true: What the vertical one counts.

    Returns:
        The PNG file.
    """
    figure, axes = _square(false, true)
    for name, curve in curves.items():
        axes.step(curve.false_accepts, curve.true_accepts, where="post", label=name)
    axes.plot([0, 1], [0, 1], color="0.7", linestyle=":", label="chance")
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.01)
    axes.legend(loc="lower right")
    return _png(figure)


def draw_det(curves: Mapping[str, Curve], false: str, miss: str) -> bytes:
    """Draw what is missed over false accepts, both logarithmic, so that rare errors show.

    Martin et al., *The DET Curve in Assessment of Detection Task Performance* (Eurospeech 1997).
    """
    figure, axes = _square(false, miss)
    for name, curve in curves.items():
        shown = np.maximum(curve.false_accepts, _LEAST_RATE)
        axes.step(shown, np.maximum(1 - curve.true_accepts, _LEAST_RATE), where="post", label=name)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(_LEAST_RATE, 1)
    axes.set_ylim(_LEAST_RATE, 1)
    axes.grid(visible=True, which="both", color="0.92")
    axes.legend(loc="upper right")
    return _png(figure)


def draw_confusion_matrix(
    matrix: NDArray[np.int64], rows: Sequence[str], columns: Sequence[str]
) -> bytes:
    """Draw counts of photos; rows are what they show, columns what was answered."""
    width, height = (
        min(3.0 + _INCHES_PER_LABEL * len(names), _MOST_INCHES) for names in (columns, rows)
    )
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(matrix, cmap="Blues", vmin=0, aspect="auto")
    axes.set_xticks(range(len(columns)), _plain(columns), rotation=45, ha="right")
    axes.set_yticks(range(len(rows)), _plain(rows))
    axes.set_xlabel("answered")
    axes.set_ylabel("shown")
    if len(columns) <= _MOST_COUNTS:
        _write_counts(axes, matrix)
    return _png(figure)


def _write_counts(axes: Any, matrix: NDArray[np.int64]) -> None:
    half = matrix.max() / 2
    for row, column in np.argwhere(matrix):
        colour = "white" if matrix[row, column] > half else "black"
        place = {"ha": "center", "va": "center", "color": colour}
        axes.text(column, row, str(matrix[row, column]), **place)


def _plain(names: Sequence[str]) -> list[str]:
    return [name.replace("$", r"\$") for name in names]  # a dollar sign would begin a formula


def _square(across: str, up: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(6, 5.5), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    return figure, axes


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # names in any script
        FigureCanvasAgg(figure).print_png(file)
    return file.getvalue()
