"""Scoring scripts are read, never run."""

import json
from pathlib import Path

import pytest

from facewright.errors import ManagementError, SchemaError
from facewright.management.manifests.schema import read_schema_file
from facewright.management.manifests.script import check_inputs, read_script
from facewright.scoring.schema import Schema, read_schema

GOOD = "def init(): pass\ndef run(input_bytes): return input_bytes\n"


def _schema(*names: str) -> Schema:
    entry = {"internal": {"python": "str"}, "swagger": {"type": "string"}, "type": 0}
    return read_schema({"format": 1, "input": dict.fromkeys(names, entry)})


def test_a_script_is_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    read_script(f"open({str(mark)!r}, 'w')\n{GOOD}".encode(), "score.py")
    assert not mark.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def run(x): ...", r"score\.py defines no init\(\)"),
        ("def init(): ...", r"score\.py defines no run\(\)"),
        ("class C:\n  def init(self): ...\n  def run(self): ...", r"defines no init\(\)"),
        ("def init(): ...\nasync def run(x): ...", r"run\(\) in score\.py is asynchronous"),
        ("def init(x): ...\ndef run(x): ...", r"init\(\) of score\.py takes arguments"),
        ("def init(*, x): ...\ndef run(x): ...", r"init\(\) of score\.py takes arguments"),
        ("def init(:", r"score\.py is not Python, line 1"),
        ("x = 1\0", r"score\.py is not Python"),
        ("(" * 5000, r"score\.py is not Python"),
    ],
)
def test_what_cannot_serve_is_refused(text: str, message: str) -> None:
    with pytest.raises(ManagementError, match=message):
        read_script(text.encode(), "score.py")


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "from other import init, run",
        "from other import *",
        "init = run = print",
        "if True:\n  def init(): ...\nelse:\n  init = None\ntry:\n  run = 1\nexcept E:\n  pass",
        "def init(x=1, *a, **k): ...\ndef run(): ...",
    ],
)
def test_both_may_be_defined_in_any_way(text: str) -> None:
    read_script(text.encode(), "score.py")


def test_a_schema_for_another_script_is_refused_in_the_words_of_the_original() -> None:
    script = read_script(GOOD.encode(), "score.py")
    check_inputs(script, _schema("input_bytes"))
    with pytest.raises(SchemaError) as caught:
        check_inputs(script, _schema("input_bytes", "top"))
    assert caught.value.message == (
        "the schema does not fit score.py: Argument mismatch: Provided run function has 1 "
        "arguments while 2 inputs were previously declared for it"
    )
    with pytest.raises(SchemaError, match="has no argument photo"):
        check_inputs(script, _schema("photo"))


@pytest.mark.parametrize("arguments", ["*args", "x, **more", "x, /"])
def test_arguments_that_no_request_can_name_are_refused(arguments: str) -> None:
    script = read_script(f"def init(): ...\ndef run({arguments}): ...".encode(), "score.py")
    with pytest.raises(SchemaError, match="which no request can name"):
        check_inputs(script, _schema("x"))


def test_what_reading_cannot_tell_is_not_judged() -> None:
    for text in ("from other import init, run", f"import x\n@x\n{GOOD}\n@x\ndef run(a, b): ..."):
        check_inputs(read_script(text.encode(), "score.py"), _schema("input_bytes"))


def test_without_a_schema_run_takes_the_body(tmp_path: Path) -> None:
    check_inputs(read_script(GOOD.encode(), "score.py"), None)
    for arguments in ("", "a, b", "*, a"):
        script = read_script(f"def init(): ...\ndef run({arguments}): ...".encode(), "score.py")
        with pytest.raises(SchemaError, match="without a schema it gets one argument"):
            check_inputs(script, None)


def test_pickles_of_an_original_schema_are_never_opened(tmp_path: Path) -> None:
    # GLOBAL posix.system, MARK, a command, TUPLE, REDUCE: unpickling it would make the file.
    mark = tmp_path / "ran"
    pickled = f"cposix\nsystem\n(V touch {mark}\ntR."
    entry = {"internal": pickled, "swagger": {"type": "string", "example": "x"}, "type": 0}
    file = tmp_path / "schema.json"
    file.write_text(json.dumps({"input": {"input_bytes": entry}}))
    schema, document, _ = read_schema_file(file, "schema.json")
    assert list(schema.inputs) == ["input_bytes"]
    assert "posix" not in json.dumps(document)
    assert read_schema(document).inputs["input_bytes"].value_type == (
        schema.inputs["input_bytes"].value_type
    )
    assert not mark.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", 'holds no "input"'),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"input": {"x": {"swagger": {}, "type": 2, "internal": ""}}}', "is a Spark data frame"),
        ('{"format": 99, "input": {}}', "has format 99"),
    ],
)
def test_what_is_no_schema_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "schema.json"
    file.write_text(text)
    with pytest.raises(SchemaError, match=message):
        read_schema_file(file, "schema.json")
