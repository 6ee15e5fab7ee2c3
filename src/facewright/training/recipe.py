"""What a training run is told: every option, its default and its limits, in one place.

A dataclass and not a pydantic model, because the command line is made from it: importing
pydantic would take longer than all the rest of `facewright --help`.
"""

from dataclasses import Field, dataclass, field, fields
from typing import Any

from facewright.errors import TrainingError


def _option(default: Any, help: str, least: float | None = None, most: float | None = None) -> Any:
    return field(default=default, metadata={"help": help, "least": least, "most": most})


@dataclass(frozen=True)
class Recipe:
    """The options of a training run; the command line is made from these fields.

    Raises:
        TrainingError: A number is out of its range.
    """

    epochs: int = _option(20, "Passes over the photos.", least=1, most=10_000)
    batch_size: int = _option(16, "Photos per step of the optimiser.", least=1, most=4096)
    learning_rate: float = _option(0.01, "Adam's step size.", least=1e-9, most=1)
    embedder: str = _option(
        "dlib-resnet-v1",
        "Pretrained network: dlib-resnet-v1, facenet-nn4-small2, facenet-inception-resnet-v1, "
        "stub, or onnx:FILE.",
    )
    detector: str = _option(
        "hog", "Face detector: hog, haar, hog+haar, yunet, yunet:FILE, or stub."
    )
    seed: int = _option(0, "Seed of the split and the optimiser.", least=0, most=2**31 - 1)
    fine_tune: int = _option(0, "Train the embedder's last N blocks as well.", least=0, most=1000)
    held_out: float = _option(
        0.2, "Share of each person's photos kept for evaluation.", least=0, most=0.5
    )

    false_positive_rate: float = _option(
        0.01,
        "Share of strangers who may be given a name, for as many people as are trained.",
        least=1e-4,
        most=0.2,
    )

    def __post_init__(self) -> None:
        for each in fields(self):
            _check(each, getattr(self, each.name))


def _check(option: "Field[Any]", value: Any) -> None:
    least, most = option.metadata["least"], option.metadata["most"]
    if least is not None and not least <= value <= most:
        raise TrainingError(
            f"{option.name.replace('_', '-')} is out of range: "
            f"expected {least:g} to {most:g}, received {value}"
        )
