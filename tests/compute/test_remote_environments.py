"""Environments that are built on another machine."""

import base64
import hashlib
import json
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest
from compute_jobs import MakeJob, agent_of, ended, log_of
from sshd_part import SshServer

from facewright.compute.dependencies import Dependencies
from facewright.compute.job import JobState, Phase
from facewright.compute.own_requirement import wanted_environment
from facewright.compute.remote import RemoteTarget
from facewright.errors import DependenciesError, TargetError


@pytest.fixture
def wheel(sshd: SshServer) -> str:
    """Return a requirement that is answered by a wheel on the other machine."""
    return f"demo @ {write_wheel(sshd.user.key_file.parent / 'wheels', 'demo', '1.0').as_uri()}"


def write_wheel(folder: Path, name: str, version: str) -> Path:
    about = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"version = {version!r}\ndef main(): print('tool', version)\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": f"[console_scripts]\n{name}-tool = {name}:main\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},\n" for path, text in files.items())
    folder.mkdir(exist_ok=True)
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**files, f"{about}/RECORD": record}.items():
            archive.writestr(path, text)
    wheel.chmod(0o644)
    return wheel


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def test_an_environment_is_built_once_and_used_and_others_are_others(
    remote_target: RemoteTarget, make_job: MakeJob, wheel: str, sshd: SshServer
) -> None:
    dependencies = Dependencies(None, (wheel,))
    assert not remote_target.is_prepared(dependencies)
    with pytest.raises(TargetError, match="is not on the target") as caught:
        remote_target.start(make_job("", dependencies=dependencies))
    assert "experiment prepare" in str(caught.value.hint)
    assert remote_target.state("job-1") == JobState(Phase.ABSENT)
    heard: list[str] = []
    assert remote_target.prepare(dependencies, heard.append)
    assert any("demo" in line for line in heard)
    assert remote_target.is_prepared(dependencies)
    assert not remote_target.prepare(dependencies, heard.append)
    code = "import demo, subprocess\nprint(demo.version)\nsubprocess.run(['demo-tool'], check=True)"
    remote_target.start(make_job(code, dependencies=dependencies))
    assert ended(remote_target) == JobState(Phase.ENDED, 0)
    assert log_of(remote_target) == "1.0\ntool 1.0\n"
    second = write_wheel(sshd.user.key_file.parent / "wheels", "second", "2.0")
    both = Dependencies(None, (wheel, f"second @ {second.as_uri()}"))
    assert remote_target.prepare(both, lambda line: None)
    remote_target.start(make_job("import second", id="job-2", dependencies=dependencies))
    remote_target.start(make_job("import second", id="job-3", dependencies=both))
    assert ended(remote_target, "job-2").exit_code == 1
    assert ended(remote_target, "job-3").exit_code == 0


def test_a_failing_requirement_leaves_nothing(
    remote_target: RemoteTarget, remote_folder: str
) -> None:
    heard: list[str] = []
    nowhere = Dependencies(None, ("demo @ file:///nowhere/demo-1.0-py3-none-any.whl",))
    with pytest.raises(DependenciesError, match="nowhere"):
        remote_target.prepare(nowhere, heard.append)
    assert heard
    assert folders_in(remote_folder) == []


def test_a_python_that_is_not_there(remote_target: RemoteTarget, remote_folder: str) -> None:
    with pytest.raises(TargetError, match=r"has no Python 3\.99") as caught:
        remote_target.prepare(Dependencies("3.99", ()), lambda line: None)
    assert "install python3.99" in str(caught.value.hint)
    assert folders_in(remote_folder) == []


def test_a_python_without_venv(sshd: SshServer, remote_folder: str) -> None:
    # As Debian's python3 is without python3-venv.
    bare = sshd.user.key_file.parent / "bare"
    bare.mkdir(exist_ok=True)
    (bare / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")
    python = bare / "python3"
    python.write_text(
        f'#!/bin/sh\nexport PYTHONPATH={bare}\n[ "$1" = -I ] && shift\nexec /usr/bin/python3 "$@"\n'
    )
    python.chmod(0o755)
    agent = agent_of(sshd, remote_folder, str(python))
    target = RemoteTarget("box", agent, f"{remote_folder}/share")
    with pytest.raises(TargetError, match="lacks venv or ensurepip") as caught:
        target.prepare(Dependencies(None, ()), lambda line: None)
    assert "apt install python3-venv" in str(caught.value.hint)
    assert folders_in(remote_folder) == []


def test_a_connection_that_drops_while_building(
    sshd: SshServer, remote_target: RemoteTarget, wheel: str
) -> None:
    dropping = threading.Event()

    def hear(line: str) -> None:
        if not dropping.is_set():
            dropping.set()
            sshd.drop()

    dependencies = Dependencies(None, (wheel,))
    remote_target.prepare(dependencies, hear)
    assert dropping.is_set()
    assert not remote_target.prepare(dependencies, hear)


def test_several_builders_build_once_where_a_killed_one_left_half(
    sshd: SshServer, remote_folder: str, wheel: str
) -> None:
    dependencies = Dependencies(None, (wheel,))
    with wanted_environment(dependencies) as wanted:
        place = Path(remote_folder, "environments", wanted.key)
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").write_text("half")
    subprocess.run(["chown", "--recursive", sshd.user.name, remote_folder], check=True)
    built: list[bool] = []

    def build() -> None:
        target = RemoteTarget("box", agent_of(sshd, remote_folder), f"{remote_folder}/share")
        built.append(target.prepare(dependencies, lambda line: None))
        target.close()

    threads = [threading.Thread(target=build) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(built) == [False, False, True]
    assert json.loads((place / "ready.json").read_text())["requirements"] == [wheel]
    assert (place / "bin" / "python").is_symlink()


def test_a_python_of_the_user_is_taken_as_it_is(
    sshd: SshServer, remote_folder: str, make_job: MakeJob
) -> None:
    agent = agent_of(sshd, remote_folder)
    target = RemoteTarget("box", agent, f"{remote_folder}/share", "/usr/bin/python3")
    heard: list[str] = []
    assert not target.prepare(Dependencies("3.99", ("not-there",)), heard.append)
    assert heard == ["Nothing to prepare: box uses /usr/bin/python3 as it is"]
    dependencies = Dependencies("3.99", ("not-there",))
    assert target.is_prepared(dependencies)
    target.start(make_job("import sys; print(sys.executable)", dependencies=dependencies))
    assert ended(target) == JobState(Phase.ENDED, 0)
    assert log_of(target) == "/usr/bin/python3\n"


def folders_in(remote_folder: str) -> list[Path]:
    place = Path(remote_folder, "environments")
    return [path for path in place.iterdir() if path.is_dir()] if place.exists() else []
