"""Facewright itself, on a target: what it needs is in the environment, its code goes with jobs."""

import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import docker
import pytest
from compute_jobs import MakeJob, ended, log_of
from docker_jobs import DockerPlace
from sshd_part import SshServer

import facewright
from facewright.compute.dependencies import Dependencies
from facewright.compute.docker import DockerTarget
from facewright.compute.docker_environment import Environments
from facewright.compute.job import JobState, Phase
from facewright.compute.own_requirement import needs_of, wanted_environment
from facewright.compute.target import Target

NEEDED = Dependencies(None, ("facewright[serve]>=0.0",))
SHOW = (
    "import time\ntime.sleep(2)\n"  # so that both go on at once
    "import facewright, importlib.metadata as about, os, subprocess, sys\n"
    "print(facewright.edited, about.version('facewright').partition('+')[0])\n"
    "subprocess.run([sys.executable, '-c', 'import facewright; print(facewright.edited)'])\n"
    "print(os.environ['PYTHONPATH'].partition(os.pathsep)[2])\n"
)


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that edits the code of the running Facewright, which is a copy."""
    top = tmp_path / "checkout" / "facewright"
    shutil.copytree(Path(facewright.__file__).parent, top)
    plain = (top / "__init__.py").read_text()
    monkeypatch.setattr(facewright, "__file__", str(top / "__init__.py"))

    def edited(word: str) -> None:
        (top / "__init__.py").write_text(f"{plain}\nedited = {word!r}\n")

    return edited


def test_other_code_is_the_same_environment(edit: Callable[[str], None]) -> None:
    edit("once")
    with wanted_environment(NEEDED) as before:
        pass
    edit("twice")
    with wanted_environment(NEEDED) as after:
        assert after.wheel is not None
        assert before.wheel is not None
        assert after.wheel.name != before.wheel.name
        assert any(line.startswith("Requires-Dist: pydantic") for line in needs_of(after.wheel))
    assert after.key == before.key


@pytest.mark.parametrize(
    "other",
    [
        Dependencies("3.11", NEEDED.requirements),
        Dependencies(None, ("facewright[train]",)),
        Dependencies(None, (*NEEDED.requirements, "six")),
    ],
)
def test_other_packages_are_another_environment(other: Dependencies) -> None:
    with wanted_environment(NEEDED) as one, wanted_environment(other) as two:
        assert one.key != two.key


def test_other_needs_of_facewright_are_another_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with wanted_environment(NEEDED) as before:
        pass
    # As after an edit of pyproject.toml and a new install.
    monkeypatch.setattr(
        "facewright.compute.own_requirement.needs_of", lambda wheel: (*needs_of(wheel), "more")
    )
    with wanted_environment(NEEDED) as after:
        assert after.key != before.key


@pytest.fixture(params=["remote", "docker"])
def ready(request: pytest.FixtureRequest) -> Target:
    """Return a target that has an environment for what is needed, which holds no packages."""
    target: Target = request.getfixturevalue(f"{request.param}_target")
    request.getfixturevalue(f"_{request.param}_ready")
    return target


@pytest.fixture
def _remote_ready(remote_folder: str, sshd: SshServer) -> None:
    folder = Path(remote_folder)
    with wanted_environment(NEEDED) as wanted:
        place = folder / "environments" / wanted.key
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", str(place)], check=True)
    (place / "ready.json").write_text("{}")
    # Not through the links in it, which lead to the Python of this machine.
    command = ["chown", "--recursive", "--no-dereference", sshd.user.name, str(folder)]
    subprocess.run(command, check=True)


@pytest.fixture
def _docker_ready(docker_place: DockerPlace, docker_target: DockerTarget) -> None:
    docker_target.prepare(Dependencies(None, ()), lambda line: None)
    with closing(docker_place.host().connect()) as engine:
        environments = Environments(engine, docker_place.base, docker_place.folder)
        empty, base = (
            environments.find(Dependencies(None, ())),
            engine.images.find(docker_place.base),
        )
        assert base is not None
        # Its name is nobody's business but its own.
        repository, _, tag = environments._reference(base, NEEDED).partition(":")
    with closing(docker.APIClient(docker_place.engine)) as api:
        api.tag(empty, repository, tag)


def test_a_job_runs_the_code_that_submitted_it_without_a_new_environment(
    ready: Target, make_job: MakeJob, edit: Callable[[str], None]
) -> None:
    variables = {"PYTHONPATH": "/of/the/user"}
    for word in ("once", "twice"):
        edit(word)
        ready.start(make_job(SHOW, id=word, dependencies=NEEDED, environment=variables))
    for word in ("once", "twice"):
        assert ended(ready, word) == JobState(Phase.ENDED, 0), log_of(ready, word)
        assert log_of(ready, word) == f"{word} {facewright.__version__}\n{word}\n/of/the/user\n"


def test_a_job_that_needs_no_facewright_gets_none(ready: Target, make_job: MakeJob) -> None:
    code = "import importlib.util as known\nprint(known.find_spec('facewright'))"
    ready.start(make_job(code, id="without"))
    assert ended(ready, "without") == JobState(Phase.ENDED, 0)
    assert log_of(ready, "without") == "None\n"
