import json
import logging
import sys

import pytest

from facewright.serving import request_id
from facewright.serving.logs import JsonLines, PrintedLines


def line_of(record: logging.LogRecord) -> dict[str, str]:
    text = JsonLines().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert isinstance(line, dict)
    return line


def record(message: str, *args: object, error: bool = False) -> logging.LogRecord:
    info = sys.exc_info() if error else None
    return logging.LogRecord("n", logging.INFO, "file.py", 1, message, args, info)


def test_a_line_says_when_how_bad_which_request_and_what() -> None:
    line = line_of(record("two %s", "lines\nof text"))

    assert list(line) == ["timestamp", "level", "requestId", "message"]
    assert line["timestamp"].endswith("Z")
    assert line["level"] == "INFO"
    assert line["requestId"] == "00000000-0000-0000-0000-000000000000"
    assert line["message"] == "two lines\nof text"


def test_a_failure_brings_its_traceback() -> None:
    token = request_id.current.set("mine")
    try:
        raise ValueError("wrong")
    except ValueError:
        line = line_of(record("failed", error=True))
    finally:
        request_id.current.reset(token)

    assert line["requestId"] == "mine"
    assert line["exception"].endswith("ValueError: wrong")


def test_what_a_script_prints_becomes_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    printed = PrintedLines()

    print("half", end=" ", file=printed)
    print("a line\nand another", file=printed)
    print("unfinished", end="", file=printed)

    assert caplog.messages == ["half a line", "and another"]
