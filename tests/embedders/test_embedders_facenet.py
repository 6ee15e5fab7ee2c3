from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embedders_files import assorted_chips, random_tensors, write_weights_file
from numpy.typing import NDArray

from facewright.embedders.catalogue import TrainableEmbedder, architecture, load_embedder
from facewright.embedders.lazy import resolve
from facewright.errors import WeightsMismatch

_NN4 = "facewright.embedders.facenet_nn4_small2"
_INCEPTION = "facewright.embedders.facenet_inception_resnet"


@pytest.mark.parametrize(
    ("name", "dimension", "parameters"),
    [
        # As the papers' own implementations and the Keras ports count them.
        ("facenet-nn4-small2", 128, 3_743_280),
        ("facenet-inception-resnet-v1", 128, 22_808_144),
        ("facenet-inception-resnet-v1", 512, 23_497_424),
    ],
)
def test_network_has_as_many_parameters_as_published(
    name: str, dimension: int, parameters: int
) -> None:
    assert architecture(name, dimension).count_params() == parameters


def _applied(function: str, values: NDArray[np.float32]) -> tuple[Any, NDArray[np.float32]]:
    import keras

    inputs = keras.Input(values.shape[1:])
    model = keras.Model(inputs, resolve(f"{_NN4}:{function}")(inputs, "layer"))
    return model, np.asarray(model.predict_on_batch(values))


@pytest.mark.parametrize("largest", [1, 5, 20])
def test_normalisation_across_channels_equals_its_definition(largest: float) -> None:
    values = np.random.default_rng(1).uniform(0, largest, (2, 4, 4, 12)).astype(np.float32)
    squares = np.pad(values.astype(np.float64) ** 2, ((0, 0), (0, 0), (0, 0), (2, 2)))
    means = sum(squares[..., shift : shift + 12] for shift in range(5)) / 5
    expected = values / (1 + 1e-4 * means) ** 0.75
    _, received = _applied("_normalised_across_channels", values)
    np.testing.assert_allclose(received, expected, rtol=3e-6)


def test_normalisation_across_channels_equals_onnx_runtime() -> None:
    import onnxruntime
    from onnx import TensorProto, helper

    values = np.random.default_rng(2).uniform(0, 8, (2, 6, 6, 16)).astype(np.float32)
    node = helper.make_node("LRN", ["x"], ["y"], size=5, alpha=1e-4, beta=0.75, bias=1.0)
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [2, 16, 6, 6]) for n in "xy")
    model = helper.make_model(
        helper.make_graph([node], "lrn", [x], [y]),
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
    )
    session = onnxruntime.InferenceSession(model.SerializeToString())
    [planes] = session.run(None, {"x": values.transpose(0, 3, 1, 2)})
    _, received = _applied("_normalised_across_channels", values)
    np.testing.assert_allclose(received, planes.transpose(0, 2, 3, 1), rtol=3e-6)


def test_euclidean_pool_is_the_length_of_each_window() -> None:
    values = np.random.default_rng(3).uniform(0, 4, (2, 6, 6, 5)).astype(np.float32)
    values[0, :3, :3, 0] = 0
    windows = values.reshape(2, 2, 3, 2, 3, 5)
    expected = np.sqrt((windows.astype(np.float64) ** 2).sum(axis=(2, 4)))
    _, received = _applied("_euclidean_pool", values)
    np.testing.assert_allclose(received, expected, atol=5e-6)


def test_euclidean_pool_of_zeros_has_a_finite_gradient() -> None:
    import tensorflow

    model, _ = _applied("_euclidean_pool", np.zeros((1, 3, 3, 2), np.float32))
    inputs = tensorflow.zeros((1, 3, 3, 2))
    with tensorflow.GradientTape() as tape:
        tape.watch(inputs)
        total = tensorflow.reduce_sum(model(inputs))
    assert np.isfinite(tape.gradient(total, inputs).numpy()).all()


def test_chips_are_standardised_one_by_one_for_128_dimensions() -> None:
    import keras

    chips = assorted_chips(160, 6)
    model = architecture("facenet-inception-resnet-v1", 128)
    standardised = keras.Model(model.input, model.get_layer("standardise").output)
    received = np.asarray(standardised.predict_on_batch(chips))
    pixels = chips.astype(np.float64)
    mean = pixels.mean(axis=(1, 2, 3), keepdims=True)
    least = 1 / np.sqrt(pixels[0].size)
    deviation = np.maximum(pixels.std(axis=(1, 2, 3), keepdims=True), least)
    textured = [0, 3, 4, 5]
    expected = (pixels - mean) / deviation
    np.testing.assert_allclose(received[textured], expected[textured], atol=1e-4)
    np.testing.assert_allclose(received[1], 0, atol=1e-2)


def test_pixels_have_a_fixed_scale_for_512_dimensions() -> None:
    import keras

    chips = assorted_chips(160, 2)
    model = architecture("facenet-inception-resnet-v1", 512)
    scaled = keras.Model(model.input, model.get_layer("scale").output)
    expected = (chips.astype(np.float64) - 127.5) / 128
    np.testing.assert_allclose(scaled.predict_on_batch(chips), expected, atol=1e-6)


def test_dimension_is_what_the_file_holds(tmp_path: Path) -> None:
    tensors = random_tensors("facenet_inception_resnet", 512)
    path = write_weights_file(tmp_path / "facenet512_weights.h5", tensors)
    model = resolve(f"{_INCEPTION}:build")(path)
    assert model.output.shape == (None, 512)
    kernel = np.asarray(model.get_layer("Block8_6_Conv2d_1x1").get_weights()[0])
    np.testing.assert_array_equal(kernel, tensors["Block8_6_Conv2d_1x1"]["kernel"])


def test_residual_scales_what_is_added() -> None:
    model = architecture("facenet-inception-resnet-v1", 128)
    scales = [
        model.get_layer(f"{name}_Scale").scale
        for name in ("Block35_1", "Block17_10", "Block8_5", "Block8_6")
    ]
    assert scales == [0.17, 0.1, 0.2, 1.0]


def test_other_bottleneck_is_refused(tmp_path: Path) -> None:
    tensors = {"Bottleneck": {"kernel": np.zeros((1792, 64), np.float32)}}
    write_weights_file(tmp_path / "facenet_keras_weights.h5", tensors)
    with pytest.raises(WeightsMismatch, match=r"one of \(128, 512\), received \(1792, 64\)"):
        load_embedder("facenet-inception-resnet-v1", weights=tmp_path, cache=tmp_path)


def test_weights_of_the_other_facenet_are_refused(tmp_path: Path) -> None:
    tensors = {"conv1": {"kernel": np.zeros((7, 7, 3, 64), np.float32)}}
    write_weights_file(tmp_path / "facenet_keras_weights.h5", tensors)
    with pytest.raises(WeightsMismatch, match="lacks a layer: expected 'Bottleneck'"):
        load_embedder("facenet-inception-resnet-v1", weights=tmp_path, cache=tmp_path)
    write_weights_file(tmp_path / "nn4.small2.v1.h5", tensors)
    with pytest.raises(WeightsMismatch, match="holds other layers than facenet_nn4_small2"):
        load_embedder("facenet-nn4-small2", weights=tmp_path, cache=tmp_path)


def test_normalisation_is_recorded(load: Callable[[str], TrainableEmbedder]) -> None:
    words = load("facenet-inception-resnet-v1").chip.normalisation
    assert words == "each chip to mean 0 and standard deviation 1"
    assert load("facenet-nn4-small2").chip.alignment == "centre-crop"
