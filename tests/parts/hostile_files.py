"""Files that nobody should send, the code each gets, and tricks around a good photo."""

import io
import pickle
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from face_service import drawn_photo
from PIL import Image


class Executes:
    """Unpickling it would run a command."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        import os

        return os.system, ("touch executed",)


def ada() -> bytes:
    return drawn_photo("ada")


def png(width: int, height: int, rows: bytes, depth: int = 1) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def npy(array: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npy_header(text: str, data: bytes = b"") -> bytes:
    padded = text.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded + data


def jpeg_with(segment: bytes, marker: int = 0xE1) -> bytes:
    photo = ada()
    return (
        photo[:2]
        + bytes([0xFF, marker])
        + struct.pack(">H", len(segment) + 2)
        + segment
        + photo[2:]
    )


def lying_length() -> bytes:
    photo = bytearray(ada())
    photo[4:6] = b"\xff\xff"
    return bytes(photo)


def animated_bomb() -> bytes:
    frames = [Image.new("P", (200, 200), each) for each in range(60)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "a bomb of 60 megapixels in 8 kB": (
        lambda: png(9000, 6600, bytes(1126 * 6600)),
        "no-face-found",
        "",
    ),
    "a bomb of 900 megapixels": (
        lambda: png(30_000, 30_000, bytes(1000)),
        "photo-too-large",
        "photo-too-large",
    ),
    "dimensions of 2^31": (
        lambda: png(2**31 - 1, 2**31 - 1, b""),
        "photo-too-large",
        "photo-too-large",
    ),
    "a width of 0": (lambda: png(0, 10, b""), "photo-unreadable", "photo-unreadable"),
    "more pixels than it says": (lambda: png(16, 16, bytes(100_000)), "no-face-found", ""),
    "sixty frames": (animated_bomb, "no-face-found", ""),
    "half a photo": (lambda: ada()[: len(ada()) // 2], "photo-unreadable", "photo-unreadable"),
    "two bytes of a photo": (lambda: ada()[:2], "photo-unreadable", "photo-unreadable"),
    "a segment as long as it lies": (lying_length, "photo-unreadable", "photo-unreadable"),
    "nothing": (lambda: b"", "input", "no-photo"),
    "text": (lambda: b"hello", "photo-unreadable", "photo-unreadable"),
    "HTML": (
        lambda: b"<html><script>alert(1)</script></html>",
        "photo-unreadable",
        "photo-unreadable",
    ),
    "SVG that reads a file": (
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        "photo-unreadable",
        "photo-unreadable",
    ),
    "PostScript": (
        lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "photo-unreadable",
        "photo-unreadable",
    ),
    "a zip": (lambda: b"PK\x03\x04" + bytes(100), "photo-unreadable", "photo-unreadable"),
    "a pickle that runs a command": (
        lambda: pickle.dumps(Executes()),
        "hostile-pickle",
        "photo-unreadable",
    ),
    "the same in protocol 0": (
        lambda: pickle.dumps(Executes(), 0),
        "hostile-pickle",
        "photo-unreadable",
    ),
    "a pickle of a function": (lambda: pickle.dumps(print), "hostile-pickle", "photo-unreadable"),
    "a pickle of text": (lambda: pickle.dumps("text"), "hostile-pickle", "photo-unreadable"),
    "a pickle cut short": (
        lambda: pickle.dumps(np.zeros((1, 3, 96, 96)))[:-300],
        "input",
        "photo-unreadable",
    ),
    "a pickle of another shape": (
        lambda: pickle.dumps(np.zeros((7, 5))),
        "input",
        "photo-unreadable",
    ),
    "a pickle of memory": (
        lambda: b"\x80\x04\x8e" + b"\xff" * 8 + b".",
        "input",
        "photo-unreadable",
    ),
    "an array of objects": (
        lambda: npy(np.array([Executes()]), allow_pickle=True),
        "input",
        "photo-unreadable",
    ),
    "an array of NaN": (lambda: npy(np.full((1, 3, 96, 96), np.nan)), "input", "photo-unreadable"),
    "an array of infinities": (
        lambda: npy(np.full((1, 3, 96, 96), np.inf)),
        "input",
        "photo-unreadable",
    ),
    "an array of text": (lambda: npy(np.array(["a"])), "input", "photo-unreadable"),
    "an array of another shape": (lambda: npy(np.zeros((2, 2))), "input", "photo-unreadable"),
    "an array without numbers": (
        lambda: npy(np.zeros((0, 0, 3), np.uint8)),
        "input",
        "photo-unreadable",
    ),
    "an array of one pixel": (
        lambda: npy(np.zeros((1, 1, 3), np.uint8)),
        "no-face-found",
        "photo-unreadable",
    ),
    "a strip of pixels": (
        lambda: npy(np.zeros((1, 60_000, 3), np.uint8)),
        "no-face-found",
        "photo-unreadable",
    ),
    "an array of 10^18 numbers": (
        lambda: npy_header(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000, 1000000), }"
        ),
        "input",
        "photo-unreadable",
    ),
    "an array with a negative side": (
        lambda: npy_header(
            "{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 10, 3), }", bytes(30)
        ),
        "input",
        "photo-unreadable",
    ),
    "an array whose header is code": (
        lambda: npy_header("__import__('os').system('touch executed')"),
        "input",
        "photo-unreadable",
    ),
    "an array cut short": (
        lambda: npy(np.zeros((100, 100, 3), np.uint8))[:-1],
        "input",
        "photo-unreadable",
    ),
    "a bomb of zeros": (
        lambda: png(8000, 7999, zlib.compress(b"\0" * 2000), 8),
        "photo-unreadable",
        "photo-unreadable",
    ),
    "81 megapixels": (lambda: png(9000, 9000, b""), "photo-too-large", "photo-too-large"),
    "thirty bytes of a photo": (lambda: ada()[:30], "photo-unreadable", "photo-unreadable"),
    "a request in a request": (
        lambda: b"GET / HTTP/1.1\r\n\r\n",
        "photo-unreadable",
        "photo-unreadable",
    ),
    "a pickle by hand": (
        lambda: b"\x80\x04cos\nsystem\n(S'touch executed'\ntR.",
        "hostile-pickle",
        "photo-unreadable",
    ),
    "a GIF of 4 gigapixels": (
        lambda: b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02L\x01\0;",
        "photo-too-large",
        "photo-too-large",
    ),
    "a TIFF that points at itself": (
        lambda: b"II*\0\x08\0\0\0\0\0\x08\0\0\0" + bytes(40),
        "photo-unreadable",
        "photo-unreadable",
    ),
}
"""How each is made, its code at `/score`, and at the face routes; none for one without faces."""

TRICKS: dict[str, Callable[[], bytes]] = {
    "a zip behind it": lambda: ada() + b"PK\x03\x04" + bytes(500),
    "a script behind it": lambda: ada() + b"<script>alert(1)</script>",
    "a script in a comment": lambda: jpeg_with(b"<?php system('touch executed'); ?>", 0xFE),
    "EXIF that points outside": lambda: jpeg_with(b"Exif\0\0II*\0\xff\xff\xff\x7f" + bytes(20)),
    "EXIF that points at itself": lambda: jpeg_with(b"Exif\0\0II*\0\x08\0\0\0\0\0\x08\0\0\0"),
    "EXIF of 65,000 entries": lambda: jpeg_with(b"Exif\0\0II*\0\x08\0\0\0\xe8\xfd" + bytes(40)),
    "an orientation of 99": lambda: jpeg_with(
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0\0\0\0\0"
    ),
    "a broken colour profile": lambda: jpeg_with(b"ICC_PROFILE\0\x01\x01" + b"\xff" * 64, 0xE2),
    "an orientation of text": lambda: jpeg_with(
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x04\0\0\0abc\0\0\0\0\0"
    ),
    "another type than it says": lambda: drawn_photo("ada", kind="WEBP"),
}
"""Of a good photo of ada; the answer is the photo's."""
