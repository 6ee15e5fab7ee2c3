"""Copying a run's model to the shared folder, as the original project did."""

from functools import partial
from pathlib import Path
from shutil import copyfile

from facewright.system.files import write_together
from facewright.training.outputs import KERAS_MODEL, LABELS, ONNX_MODEL
from facewright.training.train import TrainingResult


def share_outputs(result: TrainingResult, shared: Path) -> Path:
    """Copy the model and its labels, all or nothing.

    Args:
        result: The run that wrote them.
        shared: The shared folder.

    Returns:
        The folder they were copied to: `train/` of the shared folder.
    """
    folder = shared / "train"
    names = (ONNX_MODEL, KERAS_MODEL, LABELS)
    write_together({folder / name: partial(copyfile, result.files[name]) for name in names})
    return folder
