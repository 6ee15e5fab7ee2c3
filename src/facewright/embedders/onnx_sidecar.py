"""The sidecar of an ONNX embedder: what its file does not say about its input.

For ``name.onnx`` it is ``name.onnx.json``, beside it. Format 1::

    {
      "format": 1,
      "size": 112,
      "colour": "RGB",
      "layout": "NCHW",
      "mean": 127.5,
      "scale": 0.0078125,
      "alignment": "arcface",
      "licence": "MIT"
    }

The network is shown (pixel - mean) × scale, each a number or one number per channel in the order
of ``colour``. ``alignment`` and ``licence`` may be left out.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facewright.errors import WeightsError, WeightsMissing

_EXAMPLE = (
    '{"format": 1, "size": 112, "colour": "RGB", "layout": "NCHW", "mean": 127.5, '
    '"scale": 0.0078125, "alignment": "arcface", "licence": "MIT"}'
)
_HINT = f"for example: {_EXAMPLE}"
_REQUIRED = {"format", "size", "colour", "layout", "mean", "scale"}
_OPTIONAL = {"alignment", "licence"}
_SMALLEST, _LARGEST = 16, 1024
_LARGEST_FILE = 64 * 1024


@dataclass(frozen=True)
class Sidecar:
    """How a network wants to be shown a chip.

    Attributes:
        size: Edge of the chip, in pixels.
        colour: ``RGB`` or ``BGR``.
        layout: ``NCHW`` or ``NHWC``.
        mean: What is taken off each channel, in the order of `colour`.
        scale: What each channel is multiplied by then.
        alignment: How its chips are cut.
        licence: Terms of the weights, or an empty text.
    """

    size: int
    colour: str
    layout: str
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]
    alignment: str
    licence: str


def read(network: Path) -> Sidecar:
    """Read the sidecar of an ONNX file.

    Raises:
        WeightsMissing: When there is none.
        WeightsError: When it is not one; says which entry, and shows an example.
    """
    path = network.with_name(f"{network.name}.json")
    if not path.is_file():
        raise WeightsMissing(
            f"{network.name} has no sidecar: expected {path}, which says how it wants its input",
            hint=f"write one, {_HINT}",
        )
    entries = _entries(path)
    reader = _Entries(path.name, entries)
    return Sidecar(
        size=reader.size(),
        colour=reader.choice("colour", ("RGB", "BGR")),
        layout=reader.choice("layout", ("NCHW", "NHWC")),
        mean=reader.numbers("mean"),
        scale=reader.numbers("scale"),
        alignment=reader.text("alignment", "arcface"),
        licence=reader.text("licence", ""),
    )


def _entries(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _LARGEST_FILE:
        raise WeightsError(
            f"{path.name} is too large for a sidecar: expected at most {_LARGEST_FILE} bytes, "
            f"received {path.stat().st_size}",
            hint=_HINT,
        )
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise WeightsError(
            f"{path.name} is not JSON: expected a sidecar, received a file that fails with: "
            f"{error}",
            hint=_HINT,
        ) from error
    names = set(entries) if isinstance(entries, dict) else set()
    if not _REQUIRED <= names <= _REQUIRED | _OPTIONAL:
        raise WeightsError(
            f"{path.name} has other entries than a sidecar: expected {sorted(_REQUIRED)} and "
            f"perhaps {sorted(_OPTIONAL)}, received {sorted(names) or type(entries).__name__}",
            hint=_HINT,
        )
    if entries["format"] != 1:
        raise WeightsError(
            f"{path.name} is of another format: expected 1, received {entries['format']!r}",
            hint="use the version of Facewright that the sidecar was written for",
        )
    return dict(entries)


class _Entries:
    def __init__(self, name: str, entries: dict[str, Any]) -> None:
        self._name = name
        self._entries = entries

    def size(self) -> int:
        value = self._entries["size"]
        if type(value) is not int or not _SMALLEST <= value <= _LARGEST:
            raise self._wrong("size", f"a whole number from {_SMALLEST} to {_LARGEST}")
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self._entries[key]
        if value not in choices:
            raise self._wrong(key, " or ".join(choices))
        return str(value)

    def numbers(self, key: str) -> tuple[float, float, float]:
        value = self._entries[key]
        values = value if isinstance(value, list) else [value] * 3
        if len(values) != 3 or not all(_is_number(each) for each in values):
            raise self._wrong(key, "a number, or a list of three")
        red, green, blue = values
        return float(red), float(green), float(blue)

    def text(self, key: str, default: str) -> str:
        value = self._entries.get(key, default)
        if not isinstance(value, str):
            raise self._wrong(key, "a text")
        return value

    def _wrong(self, key: str, expected: str) -> WeightsError:
        return WeightsError(
            f"{self._name} has a wrong {key}: expected {expected}, received {self._entries[key]!r}",
            hint=_HINT,
        )


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
