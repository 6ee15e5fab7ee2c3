import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embedders_files import LAMBDA_LAYER, write_model_file, write_weights_file

from facewright.embedders import weights
from facewright.embedders.catalogue import architecture
from facewright.embedders.stored_code import refuse_lambda
from facewright.errors import UnsafeModelFile, WeightsMismatch

_KERNEL = np.random.default_rng(0).standard_normal((192, 16)).astype(np.float32)
_BIAS = np.arange(16, dtype=np.float32)
_TENSORS = {"projection": {"kernel": _KERNEL, "bias": _BIAS}}


@pytest.fixture
def model() -> Any:
    return architecture("stub", 16)


def _kernel(model: Any) -> Any:
    return np.asarray(model.get_layer("projection").get_weights()[0])


def test_file_of_weights_is_read(model: Any, tmp_path: Path) -> None:
    weights.fill(model, write_weights_file(tmp_path / "w.h5", _TENSORS))
    np.testing.assert_array_equal(_kernel(model), _KERNEL)


def test_file_of_a_model_is_read_without_its_description(model: Any, tmp_path: Path) -> None:
    path = write_model_file(tmp_path / "m.h5", _TENSORS, [LAMBDA_LAYER])
    weights.fill(model, path)
    np.testing.assert_array_equal(_kernel(model), _KERNEL)


def test_model_within_a_model_is_read(model: Any, tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["model_weights/model_1/projection_2/kernel:0"] = _KERNEL * 2
        file["model_weights/model_1/projection/kernel:0"] = _KERNEL
        file["model_weights/model_1/projection/bias:0"] = _BIAS
    weights.fill(model, tmp_path / "m.h5")
    np.testing.assert_array_equal(_kernel(model), _KERNEL)


def test_what_keras_3_saves_is_read(model: Any, tmp_path: Path) -> None:
    original = architecture("stub", 16)
    original.get_layer("projection").set_weights([_KERNEL, _BIAS])
    original.save(tmp_path / "m.h5")
    weights.fill(model, tmp_path / "m.h5")
    np.testing.assert_array_equal(_kernel(model), _KERNEL)


def test_other_shape_names_the_layer(model: Any, tmp_path: Path) -> None:
    tensors = {"projection": {"kernel": _KERNEL[:100], "bias": _BIAS}}
    path = write_weights_file(tmp_path / "w.h5", tensors)
    with pytest.raises(WeightsMismatch) as caught:
        weights.fill(model, path)
    assert caught.value.message == (
        "w.h5 does not fit layer 'projection': expected kernel (192, 16), received (100, 16) of "
        "float32"
    )
    assert caught.value.hint == "check that the file holds weights of this very network"


def test_missing_layer_is_named_with_what_is_there(model: Any, tmp_path: Path) -> None:
    other = {f"dense_{n}": {"kernel": _KERNEL} for n in range(7)}
    path = write_weights_file(tmp_path / "w.h5", other)
    with pytest.raises(WeightsMismatch) as caught:
        weights.fill(model, path)
    assert caught.value.message == (
        "w.h5 holds other layers than stub: expected 'projection', which it lacks, received "
        "besides 'dense_0', 'dense_1', 'dense_2', 'dense_3', 'dense_4' and 2 more"
    )


def test_integers_in_place_of_weights_are_refused(model: Any, tmp_path: Path) -> None:
    tensors: Any = {"projection": {"kernel": _KERNEL.astype(np.int64), "bias": _BIAS}}
    with pytest.raises(WeightsMismatch, match="of int64"):
        weights.fill(model, write_weights_file(tmp_path / "w.h5", tensors))


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", b"\x89HDF\r\n\x1a\n" + bytes(300)])
def test_file_that_is_not_hdf5_is_refused(model: Any, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.h5").write_bytes(content)
    with pytest.raises(WeightsMismatch, match="is not an HDF5 file that can be read"):
        weights.fill(model, tmp_path / "w.h5")


def test_truncated_file_is_refused(model: Any, tmp_path: Path) -> None:
    path = write_weights_file(tmp_path / "w.h5", _TENSORS)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(WeightsMismatch, match="is not an HDF5 file that can be read"):
        weights.fill(model, path)


@pytest.mark.parametrize("where", ["projection", "projection/projection"])
@pytest.mark.parametrize("kind", ["SoftLink", "ExternalLink"])
def test_links_are_never_followed(model: Any, tmp_path: Path, kind: str, where: str) -> None:
    import h5py

    write_weights_file(tmp_path / "other.h5", _TENSORS)
    with h5py.File(tmp_path / "w.h5", "w") as file:
        link = {
            "SoftLink": h5py.SoftLink("/elsewhere"),
            "ExternalLink": h5py.ExternalLink(str(tmp_path / "other.h5"), "/projection"),
        }[kind]
        file[where] = link
    with pytest.raises(UnsafeModelFile) as caught:
        weights.fill(model, tmp_path / "w.h5")
    assert caught.value.message == (
        f"w.h5 points elsewhere: expected a self-contained file, received a {kind} at /{where}"
    )


def test_linked_root_is_not_followed(model: Any, tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["other"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/")
        file["model_weights"] = h5py.SoftLink("/other")
    with pytest.raises(UnsafeModelFile, match="points elsewhere"):
        weights.fill(model, tmp_path / "w.h5")


def test_values_in_other_files_are_never_read(model: Any, tmp_path: Path) -> None:
    import h5py

    (tmp_path / "secret").write_bytes(bytes(_KERNEL.nbytes))
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["projection/bias"] = _BIAS
        file.create_dataset(
            "projection/kernel",
            shape=_KERNEL.shape,
            dtype="f4",
            external=[(str(tmp_path / "secret"), 0, _KERNEL.nbytes)],
        )
    with pytest.raises(UnsafeModelFile, match="keeps values in another file"):
        weights.fill(model, tmp_path / "w.h5")


def test_virtual_datasets_are_never_read(model: Any, tmp_path: Path) -> None:
    import h5py

    layout = h5py.VirtualLayout(shape=_KERNEL.shape, dtype="f4")
    layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "kernel", shape=_KERNEL.shape)
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["projection/bias"] = _BIAS
        file.create_virtual_dataset("projection/kernel", layout)
    with pytest.raises(UnsafeModelFile, match="keeps values in another file"):
        weights.fill(model, tmp_path / "w.h5")


def test_group_that_holds_itself_is_refused(model: Any, tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "w.h5", "w") as file:
        group = file.create_group("projection")
        group["again"], group["and_again"] = group, group
    with pytest.raises(UnsafeModelFile, match="is not a plain tree"):
        weights.fill(model, tmp_path / "w.h5")


def test_absurd_shape_is_refused_unread(model: Any, tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["projection/bias"] = _BIAS
        file.create_dataset("projection/kernel", shape=(2**40, 2**20), dtype="f4", chunks=(1, 1))
    expected = re.escape(f"received {(2**40, 2**20)} of float32")
    with pytest.raises(WeightsMismatch, match=expected):
        weights.fill(model, tmp_path / "w.h5")


def test_absurd_chunk_is_refused_unread(model: Any, tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["projection/bias"] = _BIAS
        file.create_dataset(
            "projection/kernel",
            shape=_KERNEL.shape,
            maxshape=(None, None),
            dtype="f4",
            chunks=(2**20, 2**8),
        )
    with pytest.raises(UnsafeModelFile, match="claims too large a chunk"):
        weights.fill(model, tmp_path / "w.h5")


def test_too_large_a_file_is_refused_unread(model: Any, tmp_path: Path) -> None:
    with (tmp_path / "w.h5").open("wb") as file:
        file.truncate(weights.LARGEST_FILE + 1)
    with pytest.raises(UnsafeModelFile, match="is too large"):
        weights.fill(model, tmp_path / "w.h5")


def test_lambda_layer_is_refused_by_name(tmp_path: Path) -> None:
    path = write_model_file(tmp_path / "my_model.h5", _TENSORS, [LAMBDA_LAYER])
    with pytest.raises(UnsafeModelFile) as caught:
        refuse_lambda(path)
    assert caught.value.message == (
        "my_model.h5 carries code: expected only layers built into Keras, received a Lambda "
        "layer named 'lambda_1'"
    )
    assert caught.value.hint == (
        "build the network from built-in layers and train it again; stored code is never run"
    )


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (
            {"class_name": "Model", "config": {"name": "inner", "layers": [LAMBDA_LAYER]}},
            "a Lambda layer named 'lambda_1'",
        ),
        (
            {"class_name": "Foo", "module": "foo.layers", "config": {"name": "foo_1"}},
            "the custom class Foo named 'foo_1'",
        ),
        (
            {"class_name": "Foo", "module": None, "registered_name": "mine>Foo", "config": {}},
            "the custom class mine>Foo named 'Foo'",
        ),
        (
            {"class_name": "get_file", "module": "keras.utils", "config": {}},
            "the custom class get_file named 'get_file'",
        ),
        (
            {"class_name": "TFSMLayer", "module": "keras.layers", "config": {"name": "program"}},
            "a layer that loads a TensorFlow program named 'program'",
        ),
        (
            {
                "class_name": "Dense",
                "module": "keras.layers",
                "config": {
                    "name": "dense",
                    "activation": {
                        "class_name": "function",
                        "module": "builtins",
                        "config": "system",
                        "registered_name": "function",
                    },
                },
            },
            "a reference to a function named 'function'",
        ),
        ({"class_name": ["Lambda"], "config": {}}, "the custom class ['Lambda']"),
    ],
)
def test_other_stored_code_is_refused(tmp_path: Path, layer: dict[str, Any], reason: str) -> None:
    path = write_model_file(tmp_path / "m.h5", _TENSORS, [layer])
    with pytest.raises(UnsafeModelFile, match=re.escape(f"received {reason}")):
        refuse_lambda(path)


def test_description_that_is_not_json_is_refused(tmp_path: Path) -> None:
    import h5py

    for text in ("{", "[" * 200_000, b"\xff\xfe", 5):
        with h5py.File(tmp_path / "m.h5", "w") as file:
            file.attrs["model_config"] = text
        with pytest.raises(WeightsMismatch, match="does not describe a network"):
            refuse_lambda(tmp_path / "m.h5")


def test_keras_2_and_3_built_in_layers_pass(tmp_path: Path) -> None:
    dense = {"class_name": "Dense", "config": {"name": "dense", "activation": "relu"}}
    refuse_lambda(write_model_file(tmp_path / "m.h5", _TENSORS, [dense]))
    refuse_lambda(write_weights_file(tmp_path / "w.h5", _TENSORS))
    architecture("stub", 16).save(tmp_path / "k.h5")
    refuse_lambda(tmp_path / "k.h5")


def test_nothing_in_a_refused_file_has_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    layer = json.loads(json.dumps(LAMBDA_LAYER))
    layer["config"]["function"]["config"]["code"] = f"open({str(mark)!r}, 'w')"
    path = write_model_file(tmp_path / "m.h5", _TENSORS, [layer])
    with pytest.raises(UnsafeModelFile):
        refuse_lambda(path)
    assert not mark.exists()
