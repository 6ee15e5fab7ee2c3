import builtins
import io
import os
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from facewright.errors import HostilePickle, InputError
from facewright.faces.pickled_array import numeric_array_from_pickle

DTYPES = ["f2", "f4", "f8", "u1", "u2", "i4", "i8", ">f4", ">f8", ">u2"]
CHIP = np.linspace(0, 1, 3 * 8 * 8, dtype=np.float64).reshape(1, 3, 8, 8)


def assert_same(got: NDArray[Any], wanted: NDArray[Any]) -> None:
    np.testing.assert_array_equal(got, wanted)
    assert got.shape == wanted.shape
    assert got.dtype == wanted.dtype.newbyteorder("=")
    assert got.flags.c_contiguous
    assert got.flags.writeable


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_pickle_of_numpy_is_read(protocol: int, dtype: str, order: Any) -> None:
    array = np.array(np.arange(24).reshape(1, 2, 3, 4) * 7, dtype=dtype, order=order)

    assert_same(numeric_array_from_pickle(pickle.dumps(array, protocol)), array)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "array",
    [
        CHIP,
        CHIP.transpose(0, 2, 3, 1),
        CHIP.transpose(1, 0, 2, 3),
        CHIP[:, :, ::2, ::-1],
        np.float32(3) + np.zeros((), np.float32),
        np.frombuffer(b"\x00\xff\x80", np.uint8),
        np.full((2, 2), np.nan),
    ],
    ids=["chip", "transposed", "swapped", "strided", "scalar", "read-only", "nan"],
)
def test_every_memory_layout_is_read(protocol: int, array: NDArray[Any]) -> None:
    assert_same(numeric_array_from_pickle(pickle.dumps(np.asarray(array), protocol)), array)


@pytest.mark.parametrize("module", [b"numpy.core.multiarray", b"numpy._core.multiarray"])
def test_what_the_original_client_sent_is_read(module: bytes) -> None:
    pickled = CHIP.dumps().replace(b"numpy._core.multiarray", module)

    assert_same(numeric_array_from_pickle(pickled), CHIP)


def test_protocol_5_of_numpy_1_is_read() -> None:
    pickled = pickle.dumps(CHIP, 5).replace(
        b"\x8c\x13numpy._core.numeric", b"\x8c\x12numpy.core.numeric"
    )
    assert b"_core" not in pickled

    assert_same(numeric_array_from_pickle(pickled), CHIP)


def python2(array: NDArray[Any], protocol: int) -> bytes:
    """What Python 2 wrote: byte strings where Python 3 writes text."""
    raw = array.tobytes()
    shape = b"(" + b"".join(b"L%dL\n" % n for n in array.shape) + b"t"

    def string(value: bytes) -> bytes:
        if protocol == 0:
            return b"S" + repr(value)[1:].encode() + b"\n"
        return b"T" + struct.pack("<i", len(value)) + value

    dtype = b"cnumpy\ndtype\n(" + string(b"f8") + b"I0\nI1\ntR(I3\n" + string(b"<")
    dtype += b"NNNI-1\nI-1\nI0\ntb"
    shell = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\nt" + string(b"b") + b"tR"
    head = b"\x80\x02" if protocol == 2 else b""
    return head + shell + b"(I1\n" + shape + dtype + b"I00\n" + string(raw) + b"tb."


@pytest.mark.parametrize("protocol", [0, 2])
def test_what_python_2_sent_is_read(protocol: int) -> None:
    pickled = python2(CHIP, protocol)
    assert_same(pickle.loads(pickled, encoding="latin1"), CHIP)  # noqa: S301 - our own bytes

    assert_same(numeric_array_from_pickle(pickled), CHIP)


class Calls:
    """Pickles as a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> Any:
        return self._call


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_with_a_call_is_refused_and_never_called(protocol: int, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    pickled = pickle.dumps(Calls(os.mkdir, str(witness)), protocol)
    pickle.loads(pickled)  # noqa: S301 - proves that the bytes do what they threaten
    assert witness.exists()
    witness.rmdir()

    with pytest.raises(HostilePickle, match=r"asks for `posix\.mkdir`; only a numeric array"):
        numeric_array_from_pickle(pickled)

    assert not witness.exists()


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("nest", [lambda x: [x], lambda x: (CHIP, x), lambda x: {"chip": x}])
def test_a_call_hidden_in_something_else_is_refused(
    protocol: int, nest: Any, tmp_path: Path
) -> None:
    witness = tmp_path / "witness"
    pickled = pickle.dumps(nest(Calls(os.mkdir, str(witness))), protocol)

    with pytest.raises(HostilePickle):
        numeric_array_from_pickle(pickled)

    assert not witness.exists()


def test_nothing_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = builtins.__import__

    def recording(name: str, *rest: Any) -> Any:
        asked.append(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", recording)
    with pytest.raises(HostilePickle, match="this.module"):
        numeric_array_from_pickle(b"cthis\nmodule\n.")

    assert "this" not in asked


def stack_global(module: bytes, name: bytes) -> bytes:
    texts = (b"\x8c" + bytes([len(text)]) + text for text in (module, name))
    return b"\x80\x04" + b"".join(texts) + b"\x93."


DTYPE = b"cnumpy\ndtype\n(X\x02\x00\x00\x00%bI00\nI01\ntR(I3\nX\x01\x00\x00\x00<NNNI-1\nI-1\nI0\ntb"
SHELL = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntC\x01btR"


def array_of(shape: bytes, dtype: bytes = b"f4", raw: bytes = b"C\x0800000000") -> bytes:
    return SHELL + b"(I1\n" + shape + DTYPE % dtype + b"I00\n" + raw + b"tb."


def test_the_handmade_array_is_fine() -> None:
    assert numeric_array_from_pickle(array_of(b"(I2\nt")).shape == (2,)


@pytest.mark.parametrize(
    ("pickled", "named"),
    [
        (b"cos\nsystem\n(S'true'\ntR.", r"`os\.system`"),
        (b"(S'true'\nios\nsystem\n.", r"`os\.system`"),
        (b"cbuiltins\neval\n(S'1'\ntR.", r"`builtins\.eval`"),
        (b"c__builtin__\ngetattr\n.", r"`__builtin__\.getattr`"),
        (stack_global(b"os", b"system"), r"`os\.system`"),
        (stack_global(b"numpy", b"load"), r"`numpy\.load`"),
        (stack_global(b"numpy", b"ndarray.__class__"), r"`numpy\.ndarray\.__class__`"),
        (b"cos\n\x1b[31m`\n.", r"`os\.\?\[31m\?`"),
        (b"\x82\x01.", "EXT1"),
        (b"P1\n.", "PERSID"),
        (b"I1\nQ.", "BINPERSID"),
        (b"]" + b"2a" * 50 + b".", "EMPTY_LIST"),
        (b"I1\n2.", "DUP"),
        (b"\x8b\xff\xff\xff\x7f.", "LONG4"),
        (b"\x80\x05\x97.", "NEXT_BUFFER"),
        (pickle.dumps({"a": 1}), "EMPTY_DICT"),
        (pickle.dumps(1.5), "BINFLOAT"),
        (pickle.dumps(b"photo"), "something other than one array"),
        (pickle.dumps(np.float64(1)), r"`numpy\._core\.multiarray\.scalar`"),
        (pickle.dumps(np.array([{}], dtype=object)), "plain numbers"),
        (pickle.dumps(np.zeros(2, dtype=[("a", "f4")])), "plain numbers"),
        (pickle.dumps(np.array(["text"])), "plain numbers"),
        (pickle.dumps(np.array([1j])), "plain numbers"),
        (pickle.dumps(np.zeros(3, "M8[s]")), "plain numbers"),
        (pickle.dumps(np.ma.zeros(3)), "asks for"),
        (pickle.dumps(np.zeros(0)), "whole numbers above zero"),
        (array_of(b"(I-2\nt"), "whole numbers above zero"),
        (array_of(b"(I-1\nI-2\nt"), "whole numbers above zero"),
        (array_of(b"(I01\nI2\nt"), "whole numbers above zero"),
        (array_of(b"(N t".replace(b" ", b"")), "whole numbers above zero"),
        (array_of(b"(" + b"I1\n" * 9 + b"t"), "whole numbers above zero"),
        (array_of(b"(L99999999999999999999L\nt"), "whole numbers above zero"),
        (array_of(b"I2\n"), "whole numbers above zero"),
        (array_of(b"(I3\nt"), r"shape \(3,\) of float32, which takes 12 bytes, and carries 8"),
        (array_of(b"(I1000000\nI1000000\nt"), "and carries 8"),
        (array_of(b"(I2\nt", raw=b"N"), "one array"),
        (array_of(b"(I2\nt", raw=b"I8\n"), "not bytes"),
        (array_of(b"(I2\nt", raw=b"X\x04\x00\x00\x00\xe2\x82\xac1"), "not bytes"),
        (array_of(b"(I2\nt").replace(b"NNN", b"NN(t"), "sets a state"),
        (array_of(b"(I2\nt").replace(b"C\x01b", b"C\x01c"), "in a way numpy does not"),
        (SHELL + b".", "one array"),
        (b"cnumpy\nndarray\n(I9\ntR.", r"calls `numpy\.ndarray`"),
        (b"cnumpy\nndarray\n.", "one array"),
        (b"I1\n)R.", "calls something other"),
        (b"c_codecs\nencode\n(S'a'\nS'rot13'\ntR.", r"calls `_codecs\.encode`"),
        (b"I1\n0" * 300, "POP"),
        (b"N" * 300 + b".", "more than 256 operations"),
    ],
)
def test_anything_but_a_numeric_array_is_refused_by_name(pickled: bytes, named: str) -> None:
    with pytest.raises(HostilePickle, match=named) as caught:
        numeric_array_from_pickle(pickled)
    assert caught.value.hint


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_cut_anywhere_is_refused(protocol: int) -> None:
    whole = pickle.dumps(CHIP[:, :, :2, :2], protocol)
    for length in range(len(whole)):
        with pytest.raises(InputError):
            numeric_array_from_pickle(whole[:length])


@pytest.mark.parametrize(
    "damaged",
    [b"", b".", b"I1\nI2\n.", b"t.", b"g5\n.", b"R.", b"b.", b"\xff\xd8\xff", b"I" + b"9" * 9999],
)
def test_damaged_data_is_an_input_error(damaged: bytes) -> None:
    with pytest.raises(InputError):
        numeric_array_from_pickle(damaged)


def test_a_string_encoded_again_and_again_stops_at_the_limit() -> None:
    text = b"X" + struct.pack("<I", 100_000) + b"a" * 100_000 + b"q\x01"
    again = b"c_codecs\nencode\nh\x01X\x06\x00\x00\x00latin1\x86R"

    with pytest.raises(HostilePickle, match="unfolds to more bytes"):
        numeric_array_from_pickle(text + again * 20 + b".", max_bytes=1_000_000)


def test_tuples_folded_into_tuples_cost_nothing() -> None:
    laughs = b"I1\n" + b"q\x00h\x00\x86" * 80 + b"."

    with pytest.raises(HostilePickle, match="one array"):
        numeric_array_from_pickle(laughs)
    with pytest.raises(HostilePickle, match="whole numbers"):
        numeric_array_from_pickle(array_of(b"I1\n" + b"q\x00h\x00\x86" * 40))


def test_data_over_the_limit_is_refused_unread() -> None:
    pickled = CHIP.dumps()

    with pytest.raises(InputError, match="at most 100 are read"):
        numeric_array_from_pickle(pickled, max_bytes=100)
    with pytest.raises(InputError, match="at most 16,777,216"):
        numeric_array_from_pickle(bytes(16 * 1024 * 1024 + 1))


@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing_but_input_errors(data: bytes) -> None:
    try_it(data)


@given(
    st.lists(
        st.sampled_from(list(b"".join(pickle.dumps(CHIP[..., 0, 0], n) for n in range(6))))
    ).map(bytes)
)
def test_bytes_of_real_pickles_shuffled_raise_nothing_but_input_errors(data: bytes) -> None:
    try_it(data)


@given(st.integers(0, 5), st.data())
def test_real_pickles_with_bytes_changed_raise_nothing_but_input_errors(
    protocol: int, data: st.DataObject
) -> None:
    pickled = bytearray(pickle.dumps(CHIP[:, :, :2, :2], protocol))
    for _ in range(data.draw(st.integers(1, 4))):
        pickled[data.draw(st.integers(0, len(pickled) - 1))] = data.draw(st.integers(0, 255))
    try_it(bytes(pickled))


@pytest.mark.parametrize("name", [b"cnumpy\\u\ndtype\n", b"cnumpy\n\\8\n", b"Pa\\u\n"])
def test_a_backslash_in_a_name_is_refused_without_a_warning(name: bytes) -> None:
    with pytest.raises(InputError):
        numeric_array_from_pickle(name + b".")


def try_it(data: bytes) -> None:
    try:
        array = numeric_array_from_pickle(data)
    except InputError:
        return
    assert array.dtype.kind in "fiu"
    np.load(io.BytesIO(saved(array)), allow_pickle=False)


def saved(array: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()
