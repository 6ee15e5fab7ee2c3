"""Environments and services whose records are in PostgreSQL, named by its URL."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from ended import Ended
from postgresql_part import running_postgresql
from service_command import Bench
from service_images import Shelf, script
from service_records import record_image
from typed import typed


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the URL of an empty database, which commands are told of."""
    with running_postgresql() as server:
        url = server.new_database()
        monkeypatch.setenv("FACEWRIGHT_DATABASE_URL", url)
        yield url


def test_a_service_lives_in_postgresql(
    url: str, bench: Bench, shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> str:
        ended: Ended = typed(capsys, *words)
        assert ended.code == 0, ended.stderr
        return ended.stdout

    def answer() -> str:
        address = json.loads(run("service", "show", "realtime", "-i", "face"))["ScoringUri"]
        sent = httpx.post(address, json={"input_bytes": "x"}, trust_env=False, timeout=60)
        return str(sent.json()["answer"])

    one, two = (record_image(bench.data, shelf, script(word), url=url) for word in ("one", "two"))
    run("env", "setup", "-n", "office", "--engine", "process")
    run("env", "set", "-n", "office")
    run("service", "create", "realtime", "-n", "face", "--image-id", one)
    assert answer() == "one"
    run("service", "update", "realtime", "-i", "face", "--image-id", two)
    assert answer() == "two"
    used = typed(capsys, "env", "delete", "-n", "office")
    assert used.stderr.startswith("error: the environment office is in use by the service face")
    run("service", "rollback", "realtime", "-i", "face")
    shown = json.loads(run("service", "show", "realtime", "-i", "face"))
    assert shown["Image_Id"] == one
    assert [each["Image_Id"] for each in shown["Deployments"]] == [one, two, one]
    assert shown["Lineage"]["from"][0]["id"] == one
    run("service", "delete", "realtime", "-i", "face")
    run("env", "set", "-n", "local")
    run("env", "delete", "-n", "office")
    assert json.loads(run("service", "list", "realtime")) == []
