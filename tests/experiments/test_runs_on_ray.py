"""A run on a Ray cluster, kept like any other."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ray_part import RayCluster
from waiting_part import until

from facewright.projects.project import Project
from facewright.runs.journal import Journal
from facewright.runs.record import RunStatus

Facewright = Callable[..., Any]
Submit = Callable[..., Journal]


@pytest.fixture
def ray(ray_cluster: RayCluster, facewright: Facewright, project: Project, tmp_path: Path) -> str:
    """Return the name of an attached cluster, whose runs the history does not hear of."""
    command = ("computetarget", "attach", "ray", "--address", ray_cluster.address)
    attached = facewright(*command, cwd=project.folder)
    assert attached.code == 0, attached
    with (project.folder / "config" / "ray.compute").open("a") as file:
        file.write(f"folder: {tmp_path / 'nodes'}\n")
    configuration = project.folder / "config" / "ray.runconfig"
    with configuration.open("a") as file:
        file.write("TrackedRun: false\n")
    return "ray"


def test_a_run_is_streamed_reported_and_brought_back(submit: Submit, ray: str) -> None:
    journal = submit("count.py", "5", "0", configuration=ray)
    until(lambda: journal.closed)
    assert journal.status() is RunStatus.COMPLETED, journal.log.read_text()
    assert journal.log.read_text().splitlines() == [f"line {number}" for number in range(5)]
    reported = map(json.loads, journal.reported.read_text().splitlines())
    assert [each["step"] for each in reported if each["kind"] == "metric"] == list(range(5))
    assert (journal.outputs / "count.txt").read_text() == "5"
