"""Running a network of ONNX bytes on chips, in ONNX Runtime."""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.embedders import onnx_safety
from facewright.errors import InputError, MissingLibrary, WeightsMismatch

BATCHES = (32, 16, 8, 4, 2, 1)
"""The only sizes of a batch that a network ever sees: the memory it plans for each stays, so a
service that met every number of faces would grow. Several smaller ones take less time than one
that is filled up: three faces 22 ms as two and one, 27 ms with a black fourth."""


class OnnxNetwork:
    """A network that takes chips.

    Example::

        network = OnnxNetwork(path.read_bytes(), path.name)
        embeddings = network.run(chips)["embedding"]

    Args:
        data: ONNX bytes whose only input is ``chip``, uint8 [n, size, size, 3]; checked by
            `onnx_safety` before ONNX Runtime is given them.
        name: The file's name, for messages.
        threads: How many threads one run uses. Several networks of one thread each are faster
            than one network of several.

    Attributes:
        size: Edge of a chip, in pixels.
        outputs: Length of one row of each output, by name.
        metadata: The texts stored in the file.

    Raises:
        UnsafeModelFile: When the file refers to others.
        WeightsMismatch: When the bytes are not such a network.
    """

    def __init__(self, data: bytes, name: str, threads: int = 1) -> None:
        onnx_safety.check(data, name)
        self._session = _session(data, name, threads)
        self.size = _chip_size(self._session, name)
        self.outputs = {output.name: output.shape[-1] for output in self._session.get_outputs()}
        self.metadata: dict[str, str] = dict(
            self._session.get_modelmeta().custom_metadata_map  # a copy: it belongs to the session
        )

    def run(self, chips: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Run the network, on batches of the sizes in `BATCHES`.

        Args:
            chips: RGB, uint8 [N, size, size, 3], N ≥ 0.

        Returns:
            Each output by name, float32 [N, length].

        Raises:
            InputError: When the chips are of another shape or type.
        """
        check_chips(chips, self.size)
        if not len(chips):
            return {name: np.empty((0, n), np.float32) for name, n in self.outputs.items()}
        batches = [
            self._session.run(None, {"chip": chips[start:end]}) for start, end in spans(len(chips))
        ]
        columns = zip(*batches, strict=True)
        return {
            name: column[0] if len(column) == 1 else np.concatenate(column)
            for name, column in zip(self.outputs, columns, strict=True)
        }


def spans(count: int) -> Iterator[tuple[int, int]]:
    """Yield where each batch of so many rows begins and ends, the largest first."""
    start = 0
    for size in BATCHES:
        while count - start >= size:
            yield start, start + size
            start += size


def check_chips(chips: NDArray[np.uint8], size: int) -> None:
    """Check that `chips` is uint8 [N, size, size, 3]; raises InputError."""
    shape = (size, size, 3)
    if chips.dtype != np.uint8 or chips.ndim != 4 or chips.shape[1:] != shape:
        raise InputError(
            f"these are not chips of this embedder: expected uint8 [N, {size}, {size}, 3], "
            f"received {chips.dtype} {list(chips.shape)}",
            hint="cut the chips with the alignment and size the embedder names in `chip`",
        )


def _session(data: bytes, name: str, threads: int) -> Any:
    runtime = _onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is raised as well
    # Planning memory for each batch size it meets would make a long-running service grow.
    options.enable_mem_pattern = False
    try:
        return runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors share no other base
        raise WeightsMismatch(
            f"{name} is not a network ONNX Runtime can run: {_first_line(error)}",
            hint="export the network again with a current exporter",
        ) from error


def _onnxruntime() -> Any:
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise MissingLibrary(
            "running a network needs the library onnxruntime, which is not installed",
            hint="run `pip install 'facewright[serve]'`",
        ) from error
    return onnxruntime


def _chip_size(session: Any, name: str) -> int:
    inputs = [(value.name, value.type, list(value.shape)[1:]) for value in session.get_inputs()]
    size = inputs[0][2][0] if len(inputs) == 1 and inputs[0][2] else None
    if not isinstance(size, int) or inputs != [("chip", "tensor(uint8)", [size, size, 3])]:
        raise WeightsMismatch(
            f"{name} does not take chips: expected one input, chip, tensor(uint8) "
            f"[n, size, size, 3], received {inputs}",
            hint="name it as `onnx:<file>` with a sidecar that describes its input",
        )
    return size


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
