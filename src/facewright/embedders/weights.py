"""Filling a Keras network from the HDF5 weights of another, by the names of layers and weights.

Two layouts are read: files of a whole model, which keep ``/model_weights/<layer>/…/<weight>:0``
beside a description of the model, and files of weights alone, ``/<layer>/…/<weight>:0``; a model
within a model adds a level. Keras 2 and 3 write both. The description is never run, nor needed:
arrays are all that is taken from the file. Convolution kernels are stored alike for
channels-first and channels-last networks.

HDF5 can point out of the file (external and soft links, external and virtual datasets) and claim
any size, so links are refused and a dataset is read only where its shape is the expected one.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py

from facewright.errors import UnsafeModelFile, WeightsMismatch

if TYPE_CHECKING:
    import keras

LARGEST_FILE = 1 * 2**30

_DEEPEST = 8
_MOST_OBJECTS = 20_000
_LARGEST_CHUNK = 64 * 2**20
_SHOWN = 5
_NOT_WEIGHTS = {"optimizer_weights", "top_level_model_weights"}
_HINT = "check that the file holds weights of this very network"


def fill(model: "keras.Model", path: Path) -> None:
    """Set every weight of `model` from the file at `path`.

    Args:
        model: Its layers are named as in the file.
        path: HDF5 of a model or of weights.

    Raises:
        WeightsMismatch: When layers are missing or of other shapes, or the file is not HDF5;
            names the layer, the expected and the received shapes.
        UnsafeModelFile: When the file points to others.
    """
    expected = {
        (layer.name, weight.name): tuple(weight.shape)
        for layer in model.layers
        for weight in layer.weights
    }
    with open_weights(path) as file:
        datasets, strangers = _index(file, {layer for layer, _ in expected}, path.name)
        _check_present(expected, datasets, strangers, path.name, model.name)
        for key, shape in expected.items():
            _check_dataset(datasets[key], key, shape, path.name)
        for layer in model.layers:
            if layer.weights:
                layer.set_weights(
                    [datasets[layer.name, weight.name][()] for weight in layer.weights]
                )


def shape_of(path: Path, layer: str, weight: str) -> tuple[int, ...]:
    """Return the shape of one weight in a file, such as ``Bottleneck``'s ``kernel``.

    Raises:
        WeightsMismatch: When it is not there, or the file is not HDF5.
        UnsafeModelFile: When the file points to others.
    """
    with open_weights(path) as file:
        datasets, strangers = _index(file, {layer}, path.name)
        if (layer, weight) not in datasets:
            raise WeightsMismatch(
                f"{path.name} lacks a layer: expected {layer!r} with {weight!r}, "
                f"received {_some(sorted(strangers))}",
                hint=_HINT,
            )
        return tuple(datasets[layer, weight].shape)


@contextmanager
def open_weights(path: Path) -> Iterator[Any]:
    """Open an HDF5 file for reading, as an `h5py.File`.

    Raises:
        WeightsMismatch: When it is not HDF5, or damaged in the places that are read.
        UnsafeModelFile: When it is larger than `LARGEST_FILE`.
    """
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise UnsafeModelFile(
            f"{path.name} is too large: expected at most {LARGEST_FILE} bytes, received {size}",
            hint=_HINT,
        )
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, RuntimeError, KeyError) as error:  # what h5py raises for damaged files
        raise WeightsMismatch(
            f"{path.name} is not an HDF5 file that can be read: {error}",
            hint="fetch the file again; a page saved instead of a file is a common cause",
        ) from error


def _index(
    file: Any, layers: Collection[str], name: str
) -> tuple[dict[tuple[str, str], Any], set[str]]:
    root = file["model_weights"] if _is_group(file, "model_weights", name) else file
    found: dict[tuple[str, str], Any] = {}
    strangers = set()
    for parts, dataset in _datasets(root, name):
        layer = next((part for part in parts[:-1] if part in layers), None)
        weight = parts[-1].partition(":")[0]
        if layer is None:
            strangers.add(parts[0])
        else:
            found.setdefault((layer, weight), dataset)
    return found, strangers


def _is_group(file: Any, key: str, name: str) -> bool:
    if key not in file:
        return False
    _check_link(file, key, name)
    return isinstance(file[key], h5py.Group)


def _datasets(root: Any, name: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    # A group may hold itself, so both the depth and the number of objects have a limit.
    waiting: list[tuple[tuple[str, ...], Any]] = [((), root)]
    seen = 0
    while waiting:
        parts, group = waiting.pop()
        for key in group:
            seen += 1
            if seen > _MOST_OBJECTS or len(parts) >= _DEEPEST:
                raise UnsafeModelFile(
                    f"{name} is not a plain tree: expected at most {_MOST_OBJECTS} objects in "
                    f"{_DEEPEST} levels, received more",
                    hint=_HINT,
                )
            if not parts and key in _NOT_WEIGHTS:
                continue
            _check_link(group, key, name)
            child = group[key]
            if isinstance(child, h5py.Group):
                waiting.append(((*parts, key), child))
            elif isinstance(child, h5py.Dataset):
                yield (*parts, key), child


def _check_link(group: Any, key: str, name: str) -> None:
    link = group.get(key, getlink=True)
    if not isinstance(link, h5py.HardLink):
        raise UnsafeModelFile(
            f"{name} points elsewhere: expected a self-contained file, received a "
            f"{type(link).__name__} at {group.name.rstrip('/')}/{key}",
            hint="use a copy of the file without links, if you trust its source",
        )


def _check_present(
    expected: Collection[tuple[str, str]],
    datasets: Collection[tuple[str, str]],
    strangers: set[str],
    name: str,
    network: str,
) -> None:
    missing = list(
        dict.fromkeys(layer for layer, weight in expected if (layer, weight) not in datasets)
    )
    if missing:
        raise WeightsMismatch(
            f"{name} holds other layers than {network}: expected {_some(missing)}, which it "
            f"lacks, received besides {_some(sorted(strangers))}",
            hint=_HINT,
        )


def _check_dataset(dataset: Any, key: tuple[str, str], shape: tuple[int, ...], name: str) -> None:
    if dataset.external or dataset.is_virtual:
        raise UnsafeModelFile(
            f"{name} keeps values in another file: expected a self-contained file, received an "
            f"external dataset for {key[0]!r}",
            hint="use a copy of the file that holds its values, if you trust its source",
        )
    if dataset.shape != shape or dataset.dtype.kind != "f":
        raise WeightsMismatch(
            f"{name} does not fit layer {key[0]!r}: expected {key[1]} {shape}, received "
            f"{dataset.shape} of {dataset.dtype}",
            hint=_HINT,
        )
    chunk = dataset.dtype.itemsize
    for length in dataset.chunks or ():
        chunk *= length
    if chunk > _LARGEST_CHUNK:
        raise UnsafeModelFile(
            f"{name} claims too large a chunk for {key[0]!r}: expected at most {_LARGEST_CHUNK} "
            f"bytes, received {chunk}",
            hint=_HINT,
        )


def _some(names: Collection[str]) -> str:
    shown = ", ".join(repr(name) for name in list(names)[:_SHOWN]) or "none"
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
