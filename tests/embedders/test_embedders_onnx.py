import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from embedders_files import SIDECAR, assorted_chips, write_onnx_embedder
from hypothesis import given
from hypothesis import strategies as st

from facewright.embedders import onnx_safety
from facewright.embedders.catalogue import load_embedder
from facewright.embedders.onnx_network import OnnxNetwork
from facewright.errors import UnsafeModelFile, WeightsError, WeightsMismatch, WeightsMissing


def _load(path: Path) -> Any:
    return load_embedder(f"onnx:{path}", weights=None, cache=path.parent)


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("colour", ["RGB", "BGR"])
@pytest.mark.parametrize(
    ("mean", "scale"), [(0, 1), (127.5, 1 / 128), ([104, 117, 123], [0.5, 0.25, 0.125])]
)
def test_sidecar_is_folded_into_the_graph(
    tmp_path: Path, layout: str, colour: str, mean: Any, scale: Any
) -> None:
    sidecar = SIDECAR | {"layout": layout, "colour": colour, "mean": mean, "scale": scale}
    path = write_onnx_embedder(tmp_path / "e.onnx", sidecar)
    chips = assorted_chips(16, 5)
    ordered = chips if colour == "RGB" else chips[..., ::-1]
    shown = (ordered.astype(np.float32) - np.float32(mean)) * np.float32(scale)
    flat = (shown.transpose(0, 3, 1, 2) if layout == "NCHW" else shown).reshape(5, -1)
    matrix = np.random.default_rng(3).standard_normal((768, 8)).astype(np.float32)
    expected = flat @ matrix
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(_load(path).embed(chips), expected, atol=1e-5)


def test_identity_is_the_file_and_the_sidecar(tmp_path: Path) -> None:
    from facewright.system.digest import of_file

    sidecar = SIDECAR | {"licence": "MIT", "alignment": "dlib"}
    path = write_onnx_embedder(tmp_path / "e.onnx", sidecar)
    embedder = _load(path)
    assert embedder.name == "onnx:e.onnx"
    assert embedder.digest == of_file(path)
    assert embedder.licence == "MIT"
    assert embedder.chip.alignment == "dlib"
    assert embedder.chip.normalisation == "(pixel - 127.5) * 0.0078125, RGB, NCHW"


def test_file_is_found_in_a_weights_folder(tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    write_onnx_embedder(tmp_path / "weights" / "e.onnx", SIDECAR)
    embedder = load_embedder("onnx:e.onnx", weights=tmp_path, cache=tmp_path)
    assert embedder.dimension == 8
    with pytest.raises(WeightsMissing, match=r"expected other\.onnx, looked in"):
        load_embedder("onnx:other.onnx", weights=tmp_path, cache=tmp_path)


def test_missing_sidecar_shows_an_example(tmp_path: Path) -> None:
    path = write_onnx_embedder(tmp_path / "e.onnx", SIDECAR)
    (tmp_path / "e.onnx.json").unlink()
    with pytest.raises(WeightsMissing) as caught:
        _load(path)
    assert caught.value.message == (
        f"e.onnx has no sidecar: expected {tmp_path / 'e.onnx.json'}, which says how it wants "
        "its input"
    )
    assert caught.value.hint == (
        'write one, for example: {"format": 1, "size": 112, "colour": "RGB", "layout": "NCHW", '
        '"mean": 127.5, "scale": 0.0078125, "alignment": "arcface", "licence": "MIT"}'
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": 5}, "wrong size: expected a whole number from 16 to 1024, received 5"),
        ({"size": True}, "wrong size"),
        ({"size": 16.0}, "wrong size"),
        ({"colour": "GBR"}, "wrong colour: expected RGB or BGR, received 'GBR'"),
        ({"layout": ["NCHW"]}, "wrong layout: expected NCHW or NHWC"),
        ({"mean": [1, 2]}, "wrong mean: expected a number, or a list of three, received [1, 2]"),
        ({"mean": "127"}, "wrong mean"),
        ({"scale": float("inf")}, "wrong scale"),
        ({"alignment": 5}, "wrong alignment: expected a text, received 5"),
        ({"format": 2}, "of another format: expected 1, received 2"),
        ({"colours": "RGB"}, "has other entries than a sidecar"),
        ({"size": 32}, "does not fit its sidecar: expected one input [n, 3, 32, 32]"),
        ({"layout": "NHWC"}, "does not fit its sidecar: expected one input [n, 16, 16, 3]"),
    ],
)
def test_wrong_sidecar_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = write_onnx_embedder(tmp_path / "e.onnx", SIDECAR)
    (tmp_path / "e.onnx.json").write_text(json.dumps(SIDECAR | change))
    with pytest.raises(WeightsError, match=re.escape(message)) as caught:
        _load(path)
    assert caught.value.hint


@pytest.mark.parametrize("content", ["", "[]", "nothing", "[" * 60_000, "{}", "null", " " * 70_000])
def test_sidecar_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    path = write_onnx_embedder(tmp_path / "e.onnx", SIDECAR)
    (tmp_path / "e.onnx.json").write_text(content)
    with pytest.raises(WeightsError, match=r"^e\.onnx\.json ") as caught:
        _load(path)
    assert "for example" in (caught.value.hint or "")


def _external(model: Any) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"
    tensor.data_location = 1


def _custom_operator(model: Any) -> None:
    model.graph.node[0].domain = "evil.ops"
    model.opset_import.add(domain="evil.ops", version=1)


def _custom_operator_in_a_branch(model: Any) -> None:
    from onnx import helper

    node = helper.make_node("Run", [], ["z"], domain="evil.ops")
    branch = helper.make_graph([node], "branch", [], [])
    model.graph.node.append(helper.make_node("If", ["c"], ["q"], then_branch=branch))


def _external_in_an_attribute(model: Any) -> None:
    import onnx

    value = onnx.numpy_helper.from_array(np.zeros(3, np.float32), "v")
    value.data_location = onnx.TensorProto.EXTERNAL
    value.external_data.add(key="location", value="../../secret")
    model.graph.node.append(onnx.helper.make_node("Constant", [], ["q"], value=value))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_external, "keeps the values of a tensor in another file"),
        (_external_in_an_attribute, "keeps the values of a tensor in another file"),
        (_custom_operator, "uses custom operators: expected only those of ONNX, received the "
         "domain 'evil.ops'"),
        (_custom_operator_in_a_branch, "uses custom operators"),
    ],
)  # fmt: skip
def test_file_that_is_more_than_data_is_refused(tmp_path: Path, change: Any, message: str) -> None:
    path = write_onnx_embedder(tmp_path / "e.onnx", SIDECAR, change)
    with pytest.raises(UnsafeModelFile, match=re.escape(message)):
        _load(path)
    with pytest.raises(UnsafeModelFile, match=re.escape(message)):
        OnnxNetwork(path.read_bytes(), path.name)


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", b"\x3a\xff\xff\xff\xff\x0f", b"\x0b"])
def test_file_that_is_not_onnx_is_refused(tmp_path: Path, content: bytes) -> None:
    path = write_onnx_embedder(tmp_path / "e.onnx", SIDECAR)
    path.write_bytes(content)
    with pytest.raises(WeightsMismatch, match=r"e\.onnx is not an ONNX file"):
        _load(path)


def test_truncated_file_is_refused(tmp_path: Path) -> None:
    path = write_onnx_embedder(tmp_path / "e.onnx", SIDECAR)
    data = path.read_bytes()
    for length in (10, len(data) // 2, len(data) - 3):
        path.write_bytes(data[:length])
        with pytest.raises(WeightsError, match=r"e\.onnx"):
            _load(path)


def test_nested_graphs_have_a_limit() -> None:
    data = b""
    for _ in range(40):
        for field in (6, 5, 1):  # graph of an attribute, attribute of a node, node of a graph
            data = bytes([field << 3 | 2]) + _length(data) + data
    data = b"\x3a" + _length(data) + data
    with pytest.raises(WeightsMismatch, match="expected at most 32 nested graphs"):
        onnx_safety.check(data, "deep.onnx")


def _length(data: bytes) -> bytes:
    value, encoded = len(data), b""
    while value > 127:
        encoded += bytes([value & 127 | 128])
        value >>= 7
    return encoded + bytes([value])


@given(st.binary(max_size=300))
def test_any_bytes_end_in_an_answer(data: bytes) -> None:
    try:
        onnx_safety.check(data, "hostile")
    except WeightsError:
        return


def test_too_large_a_file_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_safety, "LARGEST_FILE", 100)
    path = write_onnx_embedder(tmp_path / "e.onnx", SIDECAR)
    with pytest.raises(UnsafeModelFile, match=r"e\.onnx is too large: expected at most 100 bytes"):
        _load(path)


def test_network_without_chips_is_refused(tmp_path: Path) -> None:
    path = write_onnx_embedder(tmp_path / "e.onnx", SIDECAR)
    with pytest.raises(WeightsMismatch) as caught:
        OnnxNetwork(path.read_bytes(), path.name)
    assert caught.value.message == (
        "e.onnx does not take chips: expected one input, chip, tensor(uint8) [n, size, size, 3], "
        "received [('chip', 'tensor(float)', [3, 16, 16])]"
    )


def test_network_that_fixed_the_number_of_chips_is_refused(tmp_path: Path) -> None:
    import onnx

    def fix(model: Any) -> None:
        shape = onnx.numpy_helper.from_array(np.array([1, 768], np.int64), "shape")
        model.graph.initializer.append(shape)
        model.graph.node[0].CopyFrom(onnx.helper.make_node("Reshape", ["chip", "shape"], ["flat"]))

    path = write_onnx_embedder(tmp_path / "e.onnx", SIDECAR, fix)
    with pytest.raises(WeightsMismatch, match="does not take several chips at once"):
        _load(path)


def test_network_with_two_outputs_is_refused(tmp_path: Path) -> None:
    path = write_onnx_embedder(
        tmp_path / "e.onnx",
        SIDECAR,
        lambda model: model.graph.output.append(model.graph.input[0]),
    )
    with pytest.raises(WeightsMismatch, match="expected one output, received"):
        _load(path)
