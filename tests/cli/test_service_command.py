"""`facewright service` as people see it: one session, from create to delete."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from original_keys import original_keys
from service_command import Bench
from service_images import Shelf, script

DONE = """\
Service ID: face
Usage: facewright service run realtime -i face -d '!! YOUR DATA HERE !!'
More usage information: facewright service usage realtime -i face
"""
STARTED = """\
[Local mode] Running as processes of this machine
[Local mode] Waiting for the service to initialize
[Local mode] Done
"""


@pytest.fixture
def bench(tmp_path: Path, run_folder: Path) -> Iterator[Bench]:
    """Return a bench; its services end with the test."""
    bench = Bench(tmp_path / "data", Shelf(run_folder / "images-process"))
    try:
        yield bench
    finally:
        bench.end()


def test_a_service_from_create_to_delete(bench: Bench) -> None:
    one, two = bench.image(script("one")), bench.image(script("two"))
    made = bench.run("service", "create", "realtime", "-n", "face", "--image-id", one)
    assert (made.code, made.stdout, made.stderr) == (0, DONE, STARTED)

    sample = bench.run("service", "run", "realtime", "-i", "face")
    assert (sample.code, sample.stdout) == (0, '{\n  "answer": "one"\n}\n')
    assert sample.stderr == (
        "No input data specified. Checking for sample data.\n"
        'Using sample data: {"input_bytes": "a sample"}\n'
    )

    usage = bench.run("service", "usage", "realtime", "-i", "face").stdout
    headings = [line for line in usage.splitlines() if not line.startswith(" ")]
    assert headings == [
        "Scoring URL:",
        "Headers:",
        "Swagger URL:",
        "Sample CLI command:",
        "Sample CURL call:",
        "Get debug logs by calling:",
    ]
    (curl,) = [line for line in usage.splitlines() if line.startswith("    curl")]
    words = shlex.split(curl)
    called = subprocess.run([*words, "--noproxy", "*", "-s"], capture_output=True, text=True)
    assert called.stdout == '{"answer": "one"}'

    keys = bench.run("service", "keys", "realtime", "-i", "face")
    assert keys.code == 1
    assert "Key operations not supported for local services without --auth" in keys.stderr

    kept = bench.run("service", "create", "realtime", "-n", "face", "--image-id", two)
    assert (kept.code, kept.stdout) == (1, "")
    assert kept.stderr.endswith("Canceling service create.\n")

    scaled = bench.run("service", "scale", "realtime", "-i", "face", "-z", "2")
    assert (scaled.code, scaled.stdout) == (0, DONE)
    shown = json.loads(bench.run("service", "show", "realtime", "-n", "face").stdout)
    assert original_keys("service show realtime") <= set(shown)
    table = bench.run("service", "show", "realtime", "-n", "face", "-o", "table").stdout
    assert re.search(rf"^image {one} from \S+$", table, re.MULTILINE)
    assert re.search(rf"^service face\n└── from\n    └── image .* \({one}\)$", table, re.MULTILINE)
    (listed,) = json.loads(bench.run("service", "list", "realtime").stdout)
    assert original_keys("service list realtime") <= set(listed)
    assert (shown["State"], shown["Settings"]["replicas"]) == ("Succeeded", 2)

    logs = bench.run("service", "logs", "realtime", "-i", "face").stdout.splitlines()
    assert any("PRINT_STATEMENT" in line and "scoring a sample" in line for line in logs)
    assert logs[-1] == f"Received {len(logs) - 1} lines of log"

    used = bench.run("env", "delete", "-n", "local")
    assert used.code == 1
    assert "the environment local is in use by the service face" in used.stderr

    gone = bench.run("service", "delete", "realtime", "-i", "face")
    assert (gone.code, gone.stdout) == (0, "Service deleted.\n")
    assert bench.run("service", "list", "realtime").stdout == "[]\n"


@pytest.mark.parametrize("name", ["ab", "Face", "-face", "face_1", "x" * 33, "../../x"])
def test_a_name_that_cannot_be_one_is_refused(bench: Bench, name: str) -> None:
    said = bench.run("service", "create", "realtime", f"-n{name}", "--image-id", "x")
    assert said.code == 1
    assert said.stderr.startswith("error: not a name for a service: expected 3 to 32")


def test_booleans_are_true_or_false(bench: Bench) -> None:
    flags = ("--collect-model-data", "maybe", "--image-id", "x")
    said = bench.run("service", "create", "realtime", "-n", "face", *flags)
    assert said.code == 2
    assert "Error, invalid value provided for" in said.stderr


def test_what_is_not_there_is_named(bench: Bench) -> None:
    said = bench.run("service", "create", "realtime", "-n", "face", "--image-id", "nothing")
    assert (said.code, said.stderr.splitlines()[0]) == (1, "error: there is no image 'nothing'")
    for verb in ("show", "usage", "run", "logs", "keys", "delete", "rollback"):
        said = bench.run("service", verb, "realtime", "-i", "nothing")
        assert (said.code, said.stderr.splitlines()[0]) == (
            1,
            "error: there is no service 'nothing'",
        )
