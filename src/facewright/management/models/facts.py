"""What a model file says about itself, once it was found to be data and no code.

``.h5`` and ``.onnx`` are looked into: one that carries code or points to other files is refused,
and the recognition contract of one that Facewright trained is read. Other files are kept as they
are; nothing here ever runs them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from facewright.errors import MissingLibrary, UnsafeModelFile

_HDF5 = (".h5", ".hdf5", ".keras.h5")
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_LARGEST_CONTRACT = 64 * 2**20


def read_facts(files: Mapping[str, Path]) -> dict[str, Any]:
    """Check all files and return what the first contract among them says, without centroids.

    Args:
        files: By their names.

    Returns:
        ``file``, ``labels``, ``threshold``, ``embedder``, ``detector``, ``chip``, ``rejection``,
        ``training_run`` and, where it is known, ``photos``; empty without a contract.

    Raises:
        UnsafeModelFile: One carries code, points to other files, or is too large to look into.
        WeightsMismatch: One is not what its name says.
        ModelFileError: A contract cannot be read.
        MissingLibrary: What reads such files is not installed.
    """
    found: dict[str, Any] = {}
    for name, path in sorted(files.items()):
        try:
            text = _contract_in(path)
            if text is not None and not found:
                found = {"file": name, **_facts(text, name)}
        except ImportError as error:
            raise MissingLibrary(
                f"looking into {path.name} needs the library {error.name}, which is not installed",
                hint="run `pip install 'facewright[train]'`",
            ) from error
    return found


def _contract_in(path: Path) -> str | None:
    if path.suffix.lower() in _HDF5 or _begins(path, _SIGNATURE):
        return _in_hdf5(path)
    return _in_onnx(path) if path.suffix.lower() == ".onnx" else None


def _in_hdf5(path: Path) -> str | None:
    from facewright.embedders.stored_code import refuse_lambda
    from facewright.embedders.weights import open_weights
    from facewright.recognizer.contract import CONTRACT_KEY

    refuse_lambda(path)
    with open_weights(path) as file:
        if CONTRACT_KEY not in file.attrs:
            return None
        size = file.attrs.get_id(CONTRACT_KEY).get_storage_size()
        if size > _LARGEST_CONTRACT:
            raise UnsafeModelFile(
                f"{path.name} holds too large a contract: expected at most {_LARGEST_CONTRACT} "
                f"bytes, received {size}",
                hint="check where the file comes from",
            )
        return str(file.attrs[CONTRACT_KEY])


def _in_onnx(path: Path) -> str | None:
    from facewright.embedders import onnx_safety
    from facewright.management.models.onnx_metadata import read_metadata
    from facewright.recognizer.contract import CONTRACT_KEY

    if (size := path.stat().st_size) > onnx_safety.LARGEST_FILE:
        raise onnx_safety.too_large(path.name, size)
    data = path.read_bytes()
    onnx_safety.check(data, path.name)
    return read_metadata(data, CONTRACT_KEY)


def _facts(text: str, name: str) -> dict[str, Any]:
    from facewright.recognizer.contract import read_contract

    contract = read_contract(text, name).model_dump(mode="json")
    rejection = contract["rejection"]
    rejection.pop("centroids")
    facts = {key: value for key, value in contract.items() if value is not None}
    return {"threshold": rejection["threshold"], **facts}


def _begins(path: Path, signature: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(signature)) == signature
