"""What every target promises, on a real Ray cluster: not all of it, a job takes seconds there."""

from pathlib import Path

import pytest
from compute_jobs import MakeJob, ended, log_of
from ray_part import RayCluster, free_port
from test_target_contract import (  # type: ignore[import-not-found]
    test_a_hostile_file_is_not_sent,
    test_a_hostile_id_is_refused,
    test_a_killed_command_says_by_what,
    test_an_unknown_job_is_absent,
    test_cancel_stops_all_that_was_started,
    test_clean_stops_and_removes,
    test_files_arrive_and_nothing_else,
    test_outputs_come_back_exactly,
    test_starting_twice_is_one_job,
    test_the_log_grows_and_is_read_by_offset,
    test_variables_arrive,
)

from facewright.compute.job import JobState, Phase
from facewright.compute.ray import RayTarget
from facewright.compute.ray_jobs import RayJobs
from facewright.errors import TargetError, TargetUnreachable

__all__ = [
    "test_a_hostile_file_is_not_sent",
    "test_a_hostile_id_is_refused",
    "test_a_killed_command_says_by_what",
    "test_an_unknown_job_is_absent",
    "test_cancel_stops_all_that_was_started",
    "test_clean_stops_and_removes",
    "test_files_arrive_and_nothing_else",
    "test_outputs_come_back_exactly",
    "test_starting_twice_is_one_job",
    "test_the_log_grows_and_is_read_by_offset",
    "test_variables_arrive",
]


@pytest.fixture
def target(ray_cluster: RayCluster, tmp_path: Path, request: pytest.FixtureRequest) -> RayTarget:
    """Return a target of this test's own: an id serves once in a cluster."""
    folders = str(tmp_path / "base"), str(tmp_path / "share")
    own = f"test-{abs(hash(request.node.nodeid)):x}"
    return RayTarget("ray", RayJobs(ray_cluster.address), *folders, namespace=own)


def test_the_exit_code_is_kept(target: RayTarget, make_job: MakeJob) -> None:
    target.start(make_job("raise SystemExit(127)"))
    assert ended(target) == JobState(Phase.ENDED, 127)


def test_an_argument_arrives_unchanged(target: RayTarget, make_job: MakeJob) -> None:
    said = ["two\nlines", " a  b ", "'\"", "$HOME `id` $(id)", "ä€😀", "", "--help", "\\n;*"]
    target.start(make_job("import sys\nprint(ascii(sys.argv[1:]))", *said))
    assert ended(target) == JobState(Phase.ENDED, 0)
    assert log_of(target) == ascii(said) + "\n"


def test_links_and_pipes_are_not_shown(
    target: RayTarget, make_job: MakeJob, tmp_path: Path
) -> None:
    code = """
import os
os.symlink("/etc", "outputs/folder-link")
os.mkfifo("outputs/fifo")
open("outputs/a\\nb", "x").close()
os.symlink("/etc", os.path.join(os.environ["REPORT"], "away"))
os.mkfifo(os.path.join(os.environ["REPORT"], "fifo"))
"""
    target.start(make_job(code, folders={"REPORT": "report"}))
    assert ended(target) == JobState(Phase.ENDED, 0)
    target.fetch("job-1", "project/outputs", tmp_path / "home")
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["a\nb"]
    for path in ("report/away/passwd", "report/fifo"):
        assert target.read("job-1", path, 0) == b""
    for path in ("report/../../x", "project/script.py"):
        with pytest.raises(TargetError):
            target.read("job-1", path, 0)


def test_a_cluster_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    nobody = RayJobs(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TargetUnreachable, match="no cluster of Ray answers"):
        RayTarget("ray", nobody, "base", "share").state("job-1")
