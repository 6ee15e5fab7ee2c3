"""What must be the same for two embeddings to be comparable, in one short text."""

import json
from collections.abc import Mapping
from pathlib import Path

from facewright.system import digest

_DIGITS = 16


def contract_id(
    embedder: Mapping[str, object], chip: Mapping[str, object], training_run: str
) -> str:
    """Return the id of an embedding contract.

    Training a new head on the same network leaves it as it is; another network, other chips, or
    fine-tuning, which makes a network of its own in every run, give another one.

    Args:
        embedder: What the model file says about the network: name, digest, dimension, and how many
            of its blocks were fine-tuned.
        chip: What it says about chips: size, alignment, colour, normalisation.
        training_run: Id of the run that wrote the model file.

    Returns:
        The network's name and 16 hexadecimal digits.
    """
    parts = {"embedder": dict(embedder), "chip": dict(chip)}
    if embedder.get("fine_tuned_blocks"):
        parts["run"] = {"id": training_run}
    known_as = digest.of_text(json.dumps(parts, sort_keys=True)).removeprefix("sha256:")
    return f"{embedder['name']}/{known_as[:_DIGITS]}"


def gallery_folder(model: Path) -> Path:
    """Return the folder of a model file's gallery: ``my_model.onnx`` → ``my_model.gallery``."""
    return model.with_suffix(".gallery")
