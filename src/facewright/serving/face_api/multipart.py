"""The parts of a multipart body, in memory: nothing of a photo ever touches a disk."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from facewright.serving.problems import RefusalError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MOST_HEADERS = 16
_LONGEST_HEADER = 4_000
_LONGEST_BOUNDARY = 200


@dataclass
class Part:
    """One part.

    Attributes:
        name: Name of the form's field.
        filename: What the client calls the file, or None.
        data: The bytes.
    """

    name: str = ""
    filename: str | None = None
    data: bytes = b""


def read_parts(body: bytes, content_type: str, most: int) -> list[Part]:
    """Return the parts of a multipart body, in their order.

    Args:
        body: The whole body.
        content_type: The header that names the boundary.
        most: How many parts there may be.

    Raises:
        RefusalError: Damaged, cut short, or with too many parts (400).
    """
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    if not 1 <= len(boundary) <= _LONGEST_BOUNDARY:
        raise _refused("its Content-Type names no boundary")
    reader = _Reader(most)
    try:
        parser = MultipartParser(boundary, reader.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise _refused(str(error)[:200]) from error
    if not reader.ended:
        raise _refused("it ends before its last boundary")
    return reader.parts


@dataclass
class _Reader:
    most: int
    parts: list[Part] = field(default_factory=list)
    ended: bool = False
    _data: list[bytes] = field(default_factory=list)
    _header: tuple[bytes, bytes] = (b"", b"")
    _headers: int = 0

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._value,
            "on_header_end": self._header_ends,
            "on_part_data": lambda data, start, end: self._data.append(data[start:end]),
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        if len(self.parts) >= self.most:
            raise RefusalError(
                400, "too-many-parts", f"the body has too many parts: at most {self.most} are read"
            )
        self.parts.append(Part())
        self._headers = 0

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0] + data[start:end], b"")
        self._check_header()

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0], self._header[1] + data[start:end])
        self._check_header()

    def _check_header(self) -> None:
        length = sum(map(len, self._header))
        if length > _LONGEST_HEADER or self._headers >= _MOST_HEADERS:
            raise _refused("a part has too many or too long headers")

    def _header_ends(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            options = parse_options_header(value)[1]
            part = self.parts[-1]
            part.name = options.get(b"name", b"").decode("utf-8", "replace")
            if b"filename" in options:
                part.filename = options[b"filename"].decode("utf-8", "replace")
        self._header = (b"", b"")
        self._headers += 1

    def _end(self) -> None:
        self.parts[-1].data = self._data[0] if len(self._data) == 1 else b"".join(self._data)
        self._data = []

    def _finish(self) -> None:
        self.ended = True


def _refused(reason: str) -> RefusalError:
    return RefusalError(
        400,
        "multipart",
        f"the body is not multipart/form-data that can be read: {reason}",
        hint="let your HTTP library write the multipart body and its Content-Type",
    )
