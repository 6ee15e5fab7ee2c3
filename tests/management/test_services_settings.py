"""What a service can be asked to be, and what its log and keys say."""

import json
from pathlib import Path

import pytest

from facewright.errors import FacewrightError, ManagementError
from facewright.management.services.keys import ServiceKeys
from facewright.management.services.logs import read_log
from facewright.management.services.settings import Autoscale, ServiceSettings
from facewright.serving import keys


@pytest.mark.parametrize(
    ("text", "size"),
    [("300M", 300_000_000), ("1G", 1_000_000_000), ("512Mi", 512 << 20), ("1.5GB", 1_500_000_000)],
)
def test_memory_is_read_in_the_usual_ways(text: str, size: int) -> None:
    assert ServiceSettings(memory=text).checked().memory_bytes == size


@pytest.mark.parametrize("text", ["", "300", "M", "-1G", "1T", "1k", "1G2", "٣G", "9" * 400])
def test_what_is_no_amount_of_memory_is_refused(text: str) -> None:
    with pytest.raises(ManagementError, match="not an amount of memory"):
        ServiceSettings(memory=text).checked()


def test_what_is_left_out_of_a_change_stays() -> None:
    before = ServiceSettings(replicas=2, memory="1G", autoscale=Autoscale(most=5))
    after = before.changed({"replicas": 3, "memory": None, "least": 2})
    assert after == ServiceSettings(replicas=3, memory="1G", autoscale=Autoscale(least=2, most=5))
    assert ServiceSettings.from_column(json.loads(json.dumps(after.as_column()))) == after


@pytest.mark.parametrize(
    "changes",
    [
        {"replicas": 0},
        {"replicas": 2, "enabled": True},
        {"cpu": 0.0},
        {"least": 5, "most": 4},
        {"most": 0},
        {"utilization": 101},
        {"waiting": 0},
        {"port": 70_000},
    ],
)
def test_numbers_out_of_range_and_contradictions_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ManagementError):
        ServiceSettings().changed(changes)


def test_keys_are_shown_until_they_are_replaced(tmp_path: Path) -> None:
    held = ServiceKeys(tmp_path / "keys")
    made = held.make("face")
    assert held.show("face") == held.ensure("face") == made
    new = held.regenerate("face", "primary")
    assert new.primary != made.primary
    assert new.secondary == made.secondary
    assert held.show("face") == new


def test_keys_are_for_their_owner_alone_and_the_server_reads_digests(tmp_path: Path) -> None:
    held = ServiceKeys(tmp_path / "keys")
    made = held.make("face")
    clear = tmp_path / "keys/face/keys.json"
    assert clear.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    digests = held.digests("face").read_text()
    assert made.primary not in digests
    assert made.secondary not in digests


def test_keys_that_were_replaced_elsewhere_are_not_shown(tmp_path: Path) -> None:
    held = ServiceKeys(tmp_path / "keys")
    held.make("face")
    keys.regenerate(held.digests("face"), "primary", "face")
    with pytest.raises(ManagementError, match="were changed elsewhere"):
        held.show("face")
    held.regenerate("face", "primary")
    assert held.show("face")


def test_a_service_without_keys_has_none_to_show(tmp_path: Path) -> None:
    with pytest.raises(FacewrightError):
        ServiceKeys(tmp_path / "keys").show("face")


def line(request: str, message: str, **more: str) -> str:
    said = {"timestamp": "2026-01-02T03:04:05.678Z", "level": "INFO", "requestId": request}
    return json.dumps({**said, "message": message, **more})


def test_log_lines_are_shown_as_the_original_did() -> None:
    lines = [line("a", "POST /score 200 in 3 ms"), "", "not JSON", line("b", "x", exception="T\nE")]
    assert [str(each) for each in read_log(lines)] == [
        "2026-01-02T03:04:05.678Z, INFO, a, POST /score 200 in 3 ms",
        ", , 00000000-0000-0000-0000-000000000000, not JSON",
        "2026-01-02T03:04:05.678Z, INFO, b, x",
        "2026-01-02T03:04:05.678Z, INFO, b, T",
        "2026-01-02T03:04:05.678Z, INFO, b, E",
    ]
    assert [each.message for each in read_log(lines, request_id="a")] == ["POST /score 200 in 3 ms"]
    assert [each.message for each in read_log(lines, most=1)] == ["E"]
