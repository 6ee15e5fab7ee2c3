"""What only targets with containers do, on a real engine."""

import gc
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import docker
import pytest
from compute_jobs import MakeJob, ended, log_of
from docker_jobs import DockerPlace
from waiting_part import until
from wheel_files import write_wheel

from facewright.compute.dependencies import Dependencies
from facewright.compute.docker import DockerTarget
from facewright.compute.job import JobState, Phase, Resources
from facewright.containers.docker import connect
from facewright.errors import DependenciesError, TargetError, TargetUnreachable


def _ignore(line: str) -> None: ...


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder where pip finds packages, as a user's settings would name it."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    known = os.environ.get("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_FIND_LINKS", f"{folder} {known}".strip())
    return folder


def _building(place: DockerPlace) -> list[object]:
    with closing(docker.APIClient(place.engine)) as api:
        return list(api.containers(all=True, filters={"name": "facewright-building"}))


def test_an_environment_is_made_once_and_works_without_an_index(
    docker_target: DockerTarget, make_job: MakeJob, wheels: Path
) -> None:
    name = f"tiny_{wheels.parent.name.replace('-', '_')}"
    write_wheel(wheels, name, "1.0", "SAID = 'one'")
    dependencies = Dependencies(None, (name,))
    heard: list[str] = []
    with pytest.raises(TargetError, match="not there"):
        docker_target.start(make_job("", dependencies=dependencies))
    assert docker_target.state("job-1") == JobState(Phase.ABSENT)
    assert docker_target.prepare(dependencies, heard.append)
    assert any("Successfully installed" in line for line in heard)
    assert not docker_target.prepare(dependencies, heard.append)
    docker_target.start(make_job(f"import {name}\nprint({name}.SAID)", dependencies=dependencies))
    assert ended(docker_target) == JobState(Phase.ENDED, 0)
    assert log_of(docker_target) == "one\n"
    write_wheel(wheels, name, "2.0", "SAID = 'two'")
    newer = Dependencies(None, (f"{name}>=2",))
    assert docker_target.prepare(newer, _ignore)
    docker_target.start(make_job(f"import {name}\nprint({name}.SAID)", id="n", dependencies=newer))
    assert ended(docker_target, "n") == JobState(Phase.ENDED, 0)
    assert log_of(docker_target, "n") == "two\n"


def test_an_engine_elsewhere_says_that_an_environment_is_missing(
    remotedocker_target: DockerTarget, make_job: MakeJob
) -> None:
    never = Dependencies(None, ("no-such-package-as-this",))
    assert not remotedocker_target.is_prepared(never)
    with pytest.raises(TargetError, match="not there"):
        remotedocker_target.start(make_job("", dependencies=never))
    assert remotedocker_target.state("job-1") == JobState(Phase.ABSENT)


@pytest.mark.parametrize(
    ("dependencies", "words"),
    [
        (Dependencies(None, ("no-such-package-as-this",)), "no-such-package-as-this"),
        (Dependencies("3.1", ()), "expected 3.1, received 3.11"),
    ],
)
def test_a_failed_environment_leaves_nothing(
    docker_place: DockerPlace, dependencies: Dependencies, words: str
) -> None:
    with closing(docker_place.target()) as target:
        with pytest.raises((DependenciesError, TargetError), match=words):
            target.prepare(dependencies, _ignore)
        assert not target.is_prepared(dependencies)
    # Tests beside this one build on the same engine, and end.
    until(lambda: _building(docker_place) == [])


def test_memory_is_limited(docker_target: DockerTarget, make_job: MakeJob) -> None:
    resources = Resources(cpus=0.5, memory=64 << 20)
    docker_target.start(make_job("bytearray(1 << 30)", resources=resources))
    assert ended(docker_target) == JobState(Phase.ENDED, -9, "killed: out of memory")


def test_a_job_has_no_privileges_and_its_files_are_the_users(
    docker_place: DockerPlace, make_job: MakeJob
) -> None:
    place = replace(docker_place, owner=(12345, 12346))
    code = """
import os, pathlib
status = pathlib.Path("/proc/self/status").read_text()
print(os.getuid(), os.getgid(), "NoNewPrivs:\\t1" in status, "CapBnd:\\t0000000000000000" in status)
pathlib.Path.home().joinpath("x").touch()
pathlib.Path("/azureml-share/kept").touch()
"""
    with closing(place.target()) as target:
        target.start(make_job(code))
        assert ended(target) == JobState(Phase.ENDED, 0)
        assert log_of(target) == "12345 12346 True True\n"
    kept = (place.folder / "share/default/kept").stat()
    assert (kept.st_uid, kept.st_gid) == (12345, 12346)
    place.clean()


def test_a_base_image_that_cannot_be_had_says_what_to_do(docker_place: DockerPlace) -> None:
    place = replace(docker_place, base="localhost:1/no/such:image")
    with closing(place.target()) as target:
        with pytest.raises(TargetError, match="cannot be pulled") as caught:
            target.prepare(Dependencies(None, ()), _ignore)
        assert caught.value.hint is not None
        assert "docker load" in caught.value.hint


@pytest.fixture
def _forgotten_sockets() -> Iterator[None]:
    """Let go, in the test that caused them, of the sockets that the Docker library forgot.

    It leaves one open when nobody listens at its other end.
    """
    yield
    gc.collect()


FORGOTTEN = "ignore::pytest.PytestUnraisableExceptionWarning"


@pytest.mark.usefixtures("_forgotten_sockets")
@pytest.mark.filterwarnings(FORGOTTEN)
def test_an_engine_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    place = DockerPlace(f"unix://{tmp_path}/no.sock", "x", tmp_path)
    with closing(place.target()) as target, pytest.raises(TargetUnreachable) as caught:
        target.state("job-1")
    assert caught.value.hint


def test_nothing_of_a_job_stays(docker_place: DockerPlace, make_job: MakeJob) -> None:
    with closing(docker_place.target()) as target:
        target.start(make_job("print('x')"))
        ended(target)
        assert len(docker_place.containers()) == 1
        target.clean("job-1")
    assert docker_place.containers() == []
    with closing(connect(docker_place.engine)) as engine:
        assert engine.facts().version
