"""Files like the pretrained ones people have, with random weights: written by tests, for tests."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.embedders.lazy import quiet_tensorflow, resolve

Tensors = Mapping[str, Mapping[str, NDArray[np.float32]]]

# What Keras 2 writes for a Lambda layer: name and code of a Python function.
LAMBDA_LAYER = {
    "class_name": "Lambda",
    "name": "lambda_1",
    "config": {
        "name": "lambda_1",
        "function": {"class_name": "__lambda__", "config": {"code": "4wAAAAAAAAAAAAAAAAEAAAA="}},
        "function_type": "lambda",
        "arguments": {},
    },
}
SIDECAR: dict[str, Any] = {
    "format": 1,
    "size": 16,
    "colour": "RGB",
    "layout": "NCHW",
    "mean": 127.5,
    "scale": 0.0078125,
}


def random_tensors(module: str, dimension: int) -> dict[str, dict[str, NDArray[np.float32]]]:
    """Return weights for every layer of a network, such that signals neither die nor grow."""
    with quiet_tensorflow():
        model = resolve(f"facewright.embedders.{module}:network")(dimension)
    random = np.random.default_rng(7)
    return {
        layer.name: {w.name: _random(random, w.name, tuple(w.shape)) for w in layer.weights}
        for layer in model.layers
        if layer.weights
    }


def _random(random: np.random.Generator, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    if name == "kernel":
        values = random.standard_normal(shape) * np.sqrt(2 / np.prod(shape[:-1]))
    elif name in ("gamma", "moving_variance"):
        values = random.uniform(0.5, 1.5, shape)
    else:
        values = random.standard_normal(shape) * 0.1
    return np.asarray(values, np.float32)


def write_weights_file(path: Path, tensors: Tensors) -> Path:
    """Write what `save_weights` of Keras 2 writes: ``/<layer>/<layer>/<weight>:0``."""
    import h5py

    with h5py.File(path, "w") as file:
        _write_layers(file, tensors)
    return path


def write_model_file(path: Path, tensors: Tensors, layers: list[dict[str, Any]]) -> Path:
    """Write what `save` of Keras 2 writes: a description, and weights below ``model_weights``."""
    import h5py

    with h5py.File(path, "w") as file:
        description = {"class_name": "Model", "config": {"name": "model_1", "layers": layers}}
        file.attrs["keras_version"] = b"2.1.2"
        file.attrs["backend"] = b"tensorflow"
        file.attrs["model_config"] = json.dumps(description).encode()
        _write_layers(file.create_group("model_weights"), tensors)
        file.create_group("optimizer_weights")["training/Adam/kernel_1:0"] = np.zeros(3)
    return path


def _write_layers(root: Any, tensors: Tensors) -> None:
    root.attrs["layer_names"] = [name.encode() for name in ("input_1", *tensors)]
    root.create_group("input_1").attrs["weight_names"] = []
    for layer, weights in tensors.items():
        group = root.create_group(layer)
        group.attrs["weight_names"] = [f"{layer}/{weight}:0".encode() for weight in weights]
        for weight, values in weights.items():
            group[f"{layer}/{weight}:0"] = values


def write_onnx_embedder(
    path: Path, sidecar: Mapping[str, Any], change: Callable[[Any], object] = lambda model: None
) -> Path:
    """Write a small ONNX embedder with its sidecar.

    Args:
        path: The file to write.
        sidecar: Its sidecar; `layout` decides which input the network takes.
        change: Called with the ONNX model before it is written.
    """
    import onnx
    from onnx import TensorProto, helper

    shape: list[str | int | None]
    shape = ["n", 3, 16, 16] if sidecar["layout"] == "NCHW" else ["n", 16, 16, 3]
    matrix = np.random.default_rng(3).standard_normal((768, 8)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["chip"], ["flat"], axis=1),
            helper.make_node("MatMul", ["flat", "matrix"], ["out"]),
        ],
        "embedder",
        [helper.make_tensor_value_info("chip", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["n", 8])],
        initializer=[onnx.numpy_helper.from_array(matrix, "matrix")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    change(model)
    path.write_bytes(model.SerializeToString())
    path.with_name(f"{path.name}.json").write_text(json.dumps(sidecar))
    return path


def drawn_face(size: int, seed: int) -> NDArray[np.uint8]:
    """Return a cartoon face, RGB uint8 [size, size, 3]; seeds differ in skin, eyes and mouth."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:size, 0:size] / size
    picture = np.empty((size, size, 3))
    picture[:] = random.uniform(40, 220, 3)
    spread = random.uniform(0.12, 0.2)
    for row, column, tall, wide, colour in (
        (0.5, 0.5, 0.45, random.uniform(0.3, 0.4), random.uniform(120, 240, 3)),
        (0.4, 0.5 - spread, 0.05, 0.07, random.uniform(0, 90, 3)),
        (0.4, 0.5 + spread, 0.05, 0.07, random.uniform(0, 90, 3)),
        (0.58, 0.5, 0.09, 0.04, random.uniform(90, 200, 3)),
        (0.75, 0.5, 0.03, random.uniform(0.1, 0.2), random.uniform(100, 200, 3)),
    ):
        inside = ((rows - row) / tall) ** 2 + ((columns - column) / wide) ** 2 < 1
        picture[inside] = colour
    noise = random.normal(0, 6, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def assorted_chips(size: int, count: int) -> NDArray[np.uint8]:
    """Return drawn faces, noise, smooth patterns and flat chips, uint8 [count, size, size, 3]."""
    random = np.random.default_rng(11)
    coarse = random.integers(0, 256, (size // 8 + 1, size // 8 + 1, 3), dtype=np.uint8)
    smooth = coarse.repeat(8, axis=0).repeat(8, axis=1)[:size, :size]
    chips = [
        random.integers(0, 256, (size, size, 3), dtype=np.uint8),
        np.full((size, size, 3), 128, np.uint8),
        np.full((size, size, 3), (200, 30, 90), np.uint8),
        smooth,
        *(drawn_face(size, seed) for seed in range(count)),
    ]
    return np.stack(chips[:count])
