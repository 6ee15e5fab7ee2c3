"""Refusing Keras model files that carry code.

A whole-model ``.h5`` describes its network in JSON. Most of it names built-in layers; but a Lambda
layer holds a compiled Python function, and some others load programs from elsewhere. Facewright
runs none of them: a model file is data. (Pretrained files with Lambda layers can still be used as
weights, since `weights` takes nothing but arrays from them.)
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from facewright.embedders.weights import open_weights
from facewright.errors import UnsafeModelFile, WeightsMismatch

_LARGEST_DESCRIPTION = 16 * 2**20
_STORED_PROGRAMS = {
    "Lambda": "a Lambda layer",
    "__lambda__": "a stored function",
    "function": "a reference to a function",
    "TFSMLayer": "a layer that loads a TensorFlow program",
    "TorchModuleWrapper": "a layer that unpickles a Torch module",
    "JaxLayer": "a layer of stored functions",
    "FlaxLayer": "a layer of stored functions",
}
# Where Keras keeps what is data: a class from anywhere else would have to be imported.
_DATA_MODULES = {
    "builtins",
    "keras",
    "keras.constraints",
    "keras.dtype_policies",
    "keras.initializers",
    "keras.layers",
    "keras.losses",
    "keras.metrics",
    "keras.models",
    "keras.optimizers",
    "keras.optimizers.schedules",
    "keras.quantizers",
    "keras.random",
    "keras.regularizers",
    "keras.src.models.functional",
    "keras.src.models.sequential",
}


def refuse_lambda(path: Path) -> None:
    """Raise unless the model at `path` is described by Keras's own layers alone.

    Args:
        path: A whole-model ``.h5``; a file of weights alone has no description, and passes.

    Raises:
        UnsafeModelFile: When the description holds a Lambda layer or anything else that would
            run or import code; names the layer.
        WeightsMismatch: When the file is not HDF5, or its description is not JSON.
    """
    for entry in _objects(_description(path)):
        reason = _reason(entry)
        if reason is not None:
            raise UnsafeModelFile(
                f"{path.name} carries code: expected only layers built into Keras, received "
                f"{reason} named {_name(entry)!r}",
                hint="build the network from built-in layers and train it again; stored code "
                "is never run",
            )


def _description(path: Path) -> Any:
    with open_weights(path) as file:
        if "model_config" not in file.attrs:
            return None
        size = file.attrs.get_id("model_config").get_storage_size()
        if size > _LARGEST_DESCRIPTION:
            raise UnsafeModelFile(
                f"{path.name} describes too large a network: expected at most "
                f"{_LARGEST_DESCRIPTION} bytes, received {size}",
                hint="check where the file comes from",
            )
        text = file.attrs["model_config"]
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise WeightsMismatch(
            f"{path.name} does not describe a network: expected JSON in model_config, received "
            f"something else ({type(error).__name__})",
            hint="save the model again with Keras",
        ) from error


def _objects(description: Any) -> Iterator[dict[str, Any]]:
    waiting = [description]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "class_name" in value:
                yield value
            waiting.extend(reversed(value.values()))
        elif isinstance(value, list):
            waiting.extend(reversed(value))


def _reason(entry: dict[str, Any]) -> str | None:
    kind, module = entry["class_name"], entry.get("module")
    registered = entry.get("registered_name")
    if not isinstance(kind, str):
        return f"the custom class {kind}"
    if kind in _STORED_PROGRAMS:
        return _STORED_PROGRAMS[kind]
    # Keras 2 names no modules; Keras 3 does, and repeats the name of a registered class.
    known_place = module is None or (isinstance(module, str) and module in _DATA_MODULES)
    registered_elsewhere = ">" in kind or registered not in (None, kind)
    if registered_elsewhere or not known_place or (module is None and registered is not None):
        return f"the custom class {registered or kind}"
    return None


def _name(entry: dict[str, Any]) -> object:
    config = entry.get("config")
    inner = config.get("name") if isinstance(config, dict) else None
    return inner or entry.get("name") or entry["class_name"]
