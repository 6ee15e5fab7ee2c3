"""A target behind an sshd that goes away, changes, or has no room."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from compute_jobs import MakeJob, agent_of, ended, log_of, wait_for
from sshd_part import SshServer

from facewright.compute.dependencies import Dependencies
from facewright.compute.job import Job, JobState, Phase
from facewright.compute.remote import RemoteTarget
from facewright.compute.remote_agent import RemoteAgent
from facewright.compute.ssh.address import SshAddress
from facewright.compute.ssh.connection import SshConnection
from facewright.errors import TargetError, TargetUnreachable

NOTHING = Dependencies(None, ())


def target_of(address: SshAddress, folder: str, python: str = "python3") -> RemoteTarget:
    return RemoteTarget("box", RemoteAgent(SshConnection(address), folder, python), f"{folder}/s")


def address_of(server: SshServer, **other: object) -> SshAddress:
    user = server.user
    values: dict[str, object] = {
        "host": server.host,
        "port": server.port,
        "username": user.name,
        "host_key": server.host_key(),
        "key_file": user.key_file,
    }
    return SshAddress(**{**values, **other})  # type: ignore[arg-type]


def test_a_dropped_connection_is_made_again(
    sshd: SshServer, remote_target: RemoteTarget, make_job: MakeJob, tmp_path: Path
) -> None:
    code = "import time\nprint('on', flush=True)\ntime.sleep(3)\nopen('outputs/x', 'x')"
    remote_target.start(make_job(code))
    sshd.drop()
    wait_for(lambda: log_of(remote_target) == "on\n")
    sshd.drop()
    assert remote_target.state("job-1") == JobState(Phase.RUNNING)
    assert ended(remote_target) == JobState(Phase.ENDED, 0)
    sshd.drop()
    remote_target.fetch("job-1", "project/outputs", tmp_path / "home")
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["x"]


def test_a_connection_dropped_while_files_are_sent_leaves_nothing_or_all(
    sshd: SshServer, remote_target: RemoteTarget, make_job: MakeJob
) -> None:
    job = make_job("import os\nprint(os.path.getsize('large'))")
    with (job.source / "large").open("wb") as file:
        file.truncate(60_000_000)
    job = Job(job.id, job.argv, job.source, ["script.py", "large"])
    dropping = threading.Timer(0.2, sshd.drop)
    dropping.start()
    remote_target.start(job)  # by itself once more
    dropping.join()
    assert ended(remote_target) == JobState(Phase.ENDED, 0)
    assert log_of(remote_target) == "60000000\n"


def test_a_server_that_is_away_says_nothing_about_the_job(
    sshd: SshServer, remote_target: RemoteTarget, make_job: MakeJob
) -> None:
    remote_target.start(make_job("import time\ntime.sleep(2)\nprint('done')"))
    sshd.stop()
    with pytest.raises(TargetUnreachable, match="does not answer"):
        remote_target.state("job-1")
    sshd.start()
    assert ended(remote_target) == JobState(Phase.ENDED, 0)
    assert log_of(remote_target) == "done\n"


def test_nobody_at_the_port() -> None:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEo1fa5/JofUylofxy2tBIAxajom/+QKIi62v7QOz/6d"
    target = target_of(SshAddress("127.0.0.1", port, "somebody", key), "~/.facewright")
    with pytest.raises(TargetUnreachable, match=f"somebody@127.0.0.1:{port} does not answer"):
        target.state("job-1")


def test_somebody_who_never_answers_is_unreachable() -> None:
    import socket

    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEo1fa5/JofUylofxy2tBIAxajom/+QKIi62v7QOz/6d"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = SshAddress("127.0.0.1", listener.getsockname()[1], "somebody", key)
        with pytest.raises(TargetUnreachable, match="does not answer"):
            target_of(address, "~/.facewright").state("job-1")


def test_another_host_key_is_refused(
    sshd: SshServer, remote_target: RemoteTarget, make_job: MakeJob
) -> None:
    before = sshd.fingerprint()
    assert remote_target.state("job-1") == JobState(Phase.ABSENT)
    sshd.change_host_key()
    with pytest.raises(TargetError, match="is not the host it was") as caught:
        remote_target.start(make_job(""))
    assert before in caught.value.message
    assert sshd.fingerprint() in caught.value.message
    assert not isinstance(caught.value, TargetUnreachable)


def test_who_is_not_let_in(sshd: SshServer, remote_folder: str, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"])
    ways: list[dict[str, object]] = [
        {"key_file": tmp_path / "key"},
        {"key_file": tmp_path / "absent"},
        {"key_file": sshd.user.protected_key_file},
        {"key_file": sshd.user.protected_key_file, "passphrase": "no"},
        {"key_file": None, "password": "no"},
        {"username": "nobody-of-that-name"},
    ]
    for way in ways:
        with pytest.raises(TargetError, match=r"let the user in|private key cannot be used"):
            target_of(address_of(sshd, **way), remote_folder).state("job-1")


def test_chatter_of_the_login_shell_is_not_an_answer(
    sshd: SshServer, remote_target: RemoteTarget, make_job: MakeJob
) -> None:
    if os.getuid() != 0:
        pytest.skip("only root has a user whose .bashrc may be written")
    profile = sshd.user.home / ".bashrc"
    before = profile.read_text() if profile.exists() else ""
    profile.write_text("echo Welcome; echo '{\"done\": null}'\n" + before)
    try:
        remote_target.start(make_job("print('x')"))
        assert ended(remote_target) == JobState(Phase.ENDED, 0)
        assert log_of(remote_target) == "x\n"
    finally:
        profile.write_text(before)


def test_a_target_without_python_says_so(sshd: SshServer, remote_folder: str) -> None:
    target = target_of(address_of(sshd), remote_folder, python="python-of-nowhere")
    with pytest.raises(TargetError, match="has no python-of-nowhere"):
        target.state("job-1")


def test_a_python_that_is_too_old_says_so(sshd: SshServer, remote_folder: str) -> None:
    old = sshd.user.key_file.parent / "python-old"
    old.write_text('#!/bin/sh\n[ "$1" = -c ] && echo 3 6 && exit\nexit 1\n')
    old.chmod(0o755)
    with pytest.raises(TargetError, match=r"too old: expected 3\.9 or later, received 3\.6"):
        target_of(address_of(sshd), remote_folder, python=str(old)).state("job-1")


@pytest.fixture
def small_disk(sshd: SshServer) -> Iterator[str]:
    """Yield a folder on a disk of 24 MB on the other machine."""
    place = Path(f"{sshd.user.folder}-small")
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=777", "tmpfs", str(place)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        place.rmdir()
        reason = "a small disk cannot be mounted"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    try:
        yield str(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
        place.rmdir()


def fill(folder: str, left: int) -> None:
    """Leave no more than that many bytes free."""
    with Path(folder, "full").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(folder).free - left)


def test_no_room_for_the_files(sshd: SshServer, small_disk: str, make_job: MakeJob) -> None:
    target = target_of(address_of(sshd), small_disk)
    job = make_job("print('x')")
    with (job.source / "large").open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(TargetError, match="no room on the target"):
        target.start(Job(job.id, job.argv, job.source, ["script.py", "large"]))
    assert target.state(job.id) == JobState(Phase.ABSENT)
    assert [path.name for path in Path(small_disk, "jobs").glob("*job*")] == []
    target.start(Job(job.id, job.argv, job.source, ["script.py"]))
    assert ended(target) == JobState(Phase.ENDED, 0)


def test_a_disk_that_fills_up_meanwhile(
    sshd: SshServer, small_disk: str, make_job: MakeJob, tmp_path: Path
) -> None:
    target = target_of(address_of(sshd), small_disk)
    code = """
import pathlib
pathlib.Path("outputs/kept").write_text("kept")
with open("outputs/endless", "wb", buffering=0) as file:
    while True:
        file.write(bytes(65536))
"""
    target.start(make_job(code))
    state = ended(target)
    assert (state.phase, state.exit_code) == (Phase.ENDED, 1)
    assert state.reason == "the target's disk is full"
    target.fetch("job-1", "project/outputs", tmp_path / "home")
    assert (tmp_path / "home" / "kept").read_text() == "kept"
    with pytest.raises(TargetError, match="no room"):
        target.start(make_job("", id="job-2"))
    assert target.state("job-2") == JobState(Phase.ABSENT)
    target.clean("job-1")
    target.start(make_job("", id="job-2"))
    assert ended(target, "job-2") == JobState(Phase.ENDED, 0)


def test_no_room_for_the_agent(sshd: SshServer, small_disk: str) -> None:
    fill(small_disk, left=0)
    with pytest.raises(TargetError, match="no room for the agent"):
        target_of(address_of(sshd), small_disk).state("job-1")
    assert list(Path(small_disk).rglob("*.pyz*")) == []


def test_no_room_for_an_environment(sshd: SshServer, small_disk: str) -> None:
    fill(small_disk, left=6 << 20)
    target = target_of(address_of(sshd), small_disk)
    with pytest.raises(TargetError, match="no room on the target for the environment"):
        target.prepare(NOTHING, lambda line: None)
    assert [path for path in Path(small_disk, "environments").iterdir() if path.is_dir()] == []


def test_a_job_outlives_whoever_submitted_it(
    sshd: SshServer, remote_folder: str, remote_target: RemoteTarget, make_job: MakeJob
) -> None:
    job = make_job("import time\nprint('on')\ntime.sleep(2)\nprint('off')")
    address = address_of(sshd)
    code = f"""
import os, signal, sys
from pathlib import Path
from facewright.compute.job import Job
from facewright.compute.remote import RemoteTarget
from facewright.compute.remote_agent import RemoteAgent
from facewright.compute.ssh.address import SshAddress
from facewright.compute.ssh.connection import SshConnection
address = SshAddress({address.host!r}, {address.port}, {address.username!r},
                     {address.host_key!r}, None, Path({str(address.key_file)!r}))
agent = RemoteAgent(SshConnection(address), {remote_folder!r}, "python3")
RemoteTarget("box", agent, {remote_folder!r} + "/share").start(
    Job({job.id!r}, {job.argv!r}, Path({str(job.source)!r}), {job.files!r}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    submitted = subprocess.run([sys.executable, "-c", code], check=False)
    assert submitted.returncode == -signal.SIGKILL
    assert remote_target.state("job-1").phase in (Phase.RUNNING, Phase.ENDED)
    assert ended(remote_target) == JobState(Phase.ENDED, 0)
    assert log_of(remote_target) == "on\noff\n"


def test_many_ask_at_once(sshd: SshServer, remote_folder: str, make_job: MakeJob) -> None:
    # The agent is not there yet, so all of them bring it.
    job, states = make_job("print('once')"), list[JobState]()

    def submit() -> None:
        target = RemoteTarget("box", agent_of(sshd, remote_folder), f"{remote_folder}/share")
        target.start(job)
        states.append(ended(target))
        target.close()

    threads = [threading.Thread(target=submit) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == [JobState(Phase.ENDED, 0)] * 5


def test_a_server_that_hangs_is_noticed(
    sshd: SshServer, remote_target: RemoteTarget, make_job: MakeJob
) -> None:
    assert remote_target.state("job-1") == JobState(Phase.ABSENT)
    stopped = sshd.freeze()
    try:
        with pytest.raises(TargetUnreachable):
            remote_target.state("job-1")
    finally:
        sshd.thaw(stopped)
    assert remote_target.state("job-1") == JobState(Phase.ABSENT)


def test_nothing_of_a_job_is_readable_by_others(
    sshd: SshServer, remote_folder: str, remote_target: RemoteTarget, make_job: MakeJob
) -> None:
    remote_target.start(make_job("", environment={"TOKEN": "secret"}))
    ended(remote_target)
    place = Path(remote_folder, "jobs", "job-1")
    assert place.stat().st_mode & 0o077 == 0
    assert (place / "job.json").stat().st_mode & 0o077 == 0
