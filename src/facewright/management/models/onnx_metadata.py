"""Reading one text of an ONNX file's metadata, without loading the network or any library.

An ONNX file is a protocol buffer; its metadata are entries of field 14, each with a key (1) and a
value (2). `facewright.embedders.onnx_safety` has checked the file before.
"""

from collections.abc import Iterator

_METADATA, _KEY, _VALUE = 14, 1, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def read_metadata(data: bytes, key: str) -> str | None:
    """Return a text, or None when there is none.

    Args:
        data: The whole file, checked.
        key: Name of the entry.
    """
    for field, entry in _texts(memoryview(data)):
        if field == _METADATA:
            parts = dict(_texts(entry))
            if bytes(parts.get(_KEY, b"")) == key.encode():
                return bytes(parts.get(_VALUE, b"")).decode("utf-8", "replace")
    return None


def _texts(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        if key & 7 == _VARINT:
            _, position = _varint(message, position)
        elif key & 7 == _BYTES:
            length, position = _varint(message, position)
            yield key >> 3, message[position : position + length]
            position += length
        else:
            position += {_FIXED64: 8, _FIXED32: 4}[key & 7]


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position
