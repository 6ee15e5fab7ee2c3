"""Refusing ONNX files that are more than data, before any library is given them.

An ONNX file is a protocol buffer. Two things in it reach beyond the file: tensors whose values
lie in other files, named by the model, and operators of other domains than ONNX's own, which
are code to be found elsewhere. This is a reader of the wire format that walks to the places
where either can stand, and needs no library, so that a service image can check a model too.
"""

from collections.abc import Iterator

from facewright.errors import UnsafeModelFile, WeightsMismatch

LARGEST_FILE = 1 * 2**30

_DEEPEST = 32
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

# Where in each message of onnx.proto (the key is "message") which other message stands.
_CHILDREN: dict[str, dict[int, str]] = {
    "model": {7: "graph", 8: "opset", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 9: "opset", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
    "opset": {},
}
_DOMAIN_FIELD = {"node": 7, "opset": 1, "function": 10}
_EXTERNAL_DATA_FIELD, _DATA_LOCATION_FIELD = 13, 14
# ONNX itself, its machine-learning operators, and what ONNX Runtime builds in.
_KNOWN_DOMAINS = {"", "ai.onnx", "ai.onnx.ml", "com.microsoft"}


def check(data: bytes, name: str) -> None:
    """Check that ONNX bytes refer to nothing outside themselves.

    Args:
        data: The whole file.
        name: The file's name, for messages.

    Raises:
        UnsafeModelFile: When a tensor's values are in another file, an operator is a custom one,
            or the file is larger than `LARGEST_FILE`.
        WeightsMismatch: When the bytes are not an ONNX file.
    """
    if len(data) > LARGEST_FILE:
        raise too_large(name, len(data))
    try:
        _check_message(memoryview(data), "model", name, 0)
    except _ProtobufError as error:
        raise WeightsMismatch(
            f"{name} is not an ONNX file: {error}",
            hint="fetch the file again; a page saved instead of a file is a common cause",
        ) from None


def too_large(name: str, size: int) -> UnsafeModelFile:
    """Return the error for a file of more than `LARGEST_FILE` bytes."""
    return UnsafeModelFile(
        f"{name} is too large: expected at most {LARGEST_FILE} bytes, received {size}",
        hint="check that it is the network you meant",
    )


class _ProtobufError(Exception):
    pass


def _check_message(message: memoryview, kind: str, name: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise _ProtobufError(f"expected at most {_DEEPEST} nested graphs")
    children, domain_field = _CHILDREN[kind], _DOMAIN_FIELD.get(kind)
    found = set()
    for field, value in _fields(message):
        found.add(field)
        if field in children and isinstance(value, memoryview):
            _check_message(value, children[field], name, depth + 1)
        elif field == domain_field and isinstance(value, memoryview):
            _check_domain(bytes(value), name)
        elif kind == "tensor" and _is_outside(field, value):
            raise UnsafeModelFile(
                f"{name} keeps the values of a tensor in another file: expected one "
                "self-contained file, received a reference to external data",
                hint="save it again with its weights inside (onnx.save_model without external "
                "data), if you trust its source",
            )
    if kind == "model" and 7 not in found:
        raise _ProtobufError("expected a graph, received none")


def _is_outside(field: int, value: memoryview | int) -> bool:
    return field == _EXTERNAL_DATA_FIELD or (field == _DATA_LOCATION_FIELD and value != 0)


def _check_domain(domain: bytes, name: str) -> None:
    text = domain.decode("utf-8", "replace")
    if text not in _KNOWN_DOMAINS:
        raise UnsafeModelFile(
            f"{name} uses custom operators: expected only those of ONNX, received the domain "
            f"{text!r}",
            hint="export the network again with standard operators",
        )


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        field, wire_type = key >> 3, key & 7
        if wire_type == _VARINT:
            value, position = _varint(message, position)
            yield field, value
            continue
        if wire_type == _BYTES:
            length, position = _varint(message, position)
        elif wire_type in (_FIXED64, _FIXED32):
            length = 8 if wire_type == _FIXED64 else 4
        else:
            raise _ProtobufError(f"wire type {wire_type} at byte {position} is not one of ONNX's")
        if field == 0 or position + length > len(message):
            raise _ProtobufError(f"a value runs past the end at byte {position}")
        yield field, message[position : position + length]
        position += length


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(message):
            raise _ProtobufError("it ends in the middle of a number")
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise _ProtobufError(f"a number of more than ten bytes before byte {position}")
