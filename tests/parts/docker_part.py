"""A real Docker Engine of the tests' own, beside any other that runs on the machine.

It has its own socket, folders, bridge and containerd namespace, and touches no firewall rule, so
that nothing of it meets another engine and nothing stays when it has stopped.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import docker
import platformdirs
import pytest
import requests

BASE_IMAGE = "facewright-test-base:bookworm"
_PATIENCE = 240.0
_TRIES = 3
_PROGRAMS = ("dockerd", "containerd", "runc", "ip", "setsid", "umount")


class DockerDaemon:
    """An engine that can be stopped, killed and started again, with its containers kept.

    Args:
        place: Its folder; short, since socket paths are at most 107 bytes long.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.bridge = f"fw{place.name[-8:]}"

    @property
    def host(self) -> str:
        """Return its address, as in DOCKER_HOST."""
        return f"unix://{self.place}/docker.sock"

    def start(self) -> None:
        """Start it and wait until it answers; on a busy machine, not always at the first try."""
        self._add_bridge()
        for _ in range(_TRIES):
            self._launch()
            _wait_for(lambda: self._answers() or self._failed())
            if not self._failed():
                return
            self._forget_processes()
        words = self._log()
        self.remove()
        _missing(f"dockerd does not run on this machine: {words}")

    def _launch(self) -> None:
        (self.place / "pid").unlink(missing_ok=True)
        place, name = self.place, self.place.name
        command = [
            *("dockerd", "--host", self.host, "--bridge", self.bridge),
            *("--data-root", f"{place}/data", "--exec-root", f"{place}/exec"),
            *("--pidfile", f"{place}/pid", "--default-ulimit", "nofile=1024:1024"),
            *("--iptables=false", "--ip-masq=false"),
            *("--containerd-namespace", name, "--containerd-plugins-namespace", f"{name}-plugins"),
        ]
        with (place / "log").open("wb") as log:
            # A process of nobody's: the worker that starts it may end before the others.
            subprocess.run(["setsid", "--fork", *command], stdout=log, stderr=log, check=True)

    def stop(self) -> None:
        """Stop it as a machine that is shut down does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it and nothing else: its containers go on."""
        self._end(signal.SIGKILL)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it take questions and answer none as long as the block lasts."""
        pid = int((self.place / "pid").read_text())
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def crash(self) -> None:
        """Kill it with its containers, as a power cut does."""
        # First whoever would see the others die, and write it down.
        killed = [*self._pids("exec", "dockerd"), *self._first_processes()]
        for pid in killed:
            _kill(pid, signal.SIGKILL)
        for pid in killed:
            _wait_for(lambda pid=pid: not _lives(pid))  # type: ignore[misc]
        self._forget_processes()

    def remove(self) -> None:
        """Stop it and remove all that is left of it."""
        if self._answers():
            with contextlib.closing(docker.APIClient(self.host)) as api:
                for each in api.containers(all=True):
                    # What does not go by itself goes with its engine.
                    with contextlib.suppress(docker.errors.APIError, requests.RequestException):
                        api.remove_container(each["Id"], v=True, force=True)
        self.stop()
        for pid in self._pids("", "containerd"):  # and its shims
            _kill(pid, signal.SIGKILL)
            _wait_for(lambda pid=pid: not _lives(pid))  # type: ignore[misc]
        self._unmount("")
        subprocess.run(["ip", "link", "delete", self.bridge], capture_output=True, check=False)
        shutil.rmtree(self.place, ignore_errors=True)

    def _first_processes(self) -> list[int]:
        """Return the process of each container that all others in it end with."""
        with contextlib.closing(docker.APIClient(self.host)) as api:
            running = [api.inspect_container(each["Id"]) for each in api.containers()]
        return [int(each["State"]["Pid"]) for each in running]

    def _failed(self) -> bool:
        return any(f"failed to start {what}" in self._log() for what in ("daemon", "containerd"))

    def _forget_processes(self) -> None:
        """Remove what lies in a folder that is empty after a start of the machine.

        A process that ended and that nobody waited for would be taken for one that runs.
        """
        for pid in self._pids("exec", "containerd"):
            _kill(pid, signal.SIGKILL)
            _wait_for(lambda pid=pid: not _lives(pid))  # type: ignore[misc]
        self._unmount("exec")
        shutil.rmtree(self.place / "exec", ignore_errors=True)

    def _log(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            return (self.place / "log").read_text(errors="replace")[-2000:]
        return ""

    def _end(self, number: signal.Signals) -> None:
        with contextlib.suppress(FileNotFoundError, ValueError):
            pid = int((self.place / "pid").read_text())
            _kill(pid, number)
            _wait_for(lambda: not _lives(pid))

    def _answers(self) -> bool:
        # Not through the Docker library, which leaves a socket open when nobody listens.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(10)
            asking.connect(f"{self.place}/docker.sock")
            asking.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in asking.recv(4096)
        return False

    def _pids(self, below: str, *programs: str) -> list[int]:
        """Return processes that were started with a path of this engine in their arguments."""
        found = []
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if not folder.name.isdigit():
                    continue
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                known = any(program in words[0] for program in (*programs, "containerd"))
                if known and any(str(self.place / below) in word for word in words):
                    found.append(int(folder.name))
        return found

    def _add_bridge(self) -> None:
        if subprocess.run(["ip", "link", "show", self.bridge], capture_output=True).returncode:
            used = subprocess.run(["ip", "address"], capture_output=True, text=True).stdout
            free = [n for n in range(256) if f" 10.213.{n}." not in used]
            address = f"10.213.{secrets.choice(free)}.1/24"
            for words in (
                ["link", "add", self.bridge, "address", _own_address(), "type", "bridge"],
                ["address", "add", address, "dev", self.bridge],
                ["link", "set", self.bridge, "up"],
            ):
                done = subprocess.run(["ip", *words], capture_output=True, text=True)
                if done.returncode:
                    _missing(f"no bridge can be made on this machine: {done.stderr.strip()}")

    def _unmount(self, below: str) -> None:
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in sorted(mounts, reverse=True):
            if mount.startswith(f"{self.place}/{below}"):
                subprocess.run(["umount", "--lazy", mount], capture_output=True, check=False)


def _own_address() -> str:
    """Return an Ethernet address for a bridge.

    One that was not given any changes it whenever a container with a lower one comes or goes, and
    the others send what they answer to the old one for up to a minute.
    """
    return ":".join(["02", *(f"{each:02x}" for each in secrets.token_bytes(5))])


@contextmanager
def docker_daemon() -> Iterator[DockerDaemon]:
    """Yield a running engine of one test."""
    _check_parts()
    daemon = DockerDaemon(_place())
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.remove()


@contextmanager
def shared_engine(run_folder: Path) -> Iterator[str]:
    """Yield the address of an engine that all workers of this run share.

    The first starts it; the last one stops it.
    """
    _check_parts()
    user = f"{os.getpid()}:{uuid.uuid4().hex}"
    try:
        with _record(run_folder) as record:
            record.users.append(user)
            if record.place is None:
                started = DockerDaemon(_place())
                started.start()
                record.place = str(started.place)
            daemon = DockerDaemon(Path(record.place))
        yield daemon.host
    finally:
        with _record(run_folder) as record:
            others = [each for each in record.users if each != user]
            record.users = [each for each in others if _lives(int(each.split(":")[0]))]
            if not record.users and record.place:
                DockerDaemon(Path(record.place)).remove()
                record.place = None


def import_base_image(host: str) -> str:
    """Give an engine the base image; return its reference."""
    archive = _base_archive()
    repository, _, tag = BASE_IMAGE.partition(":")
    client = contextlib.closing(docker.APIClient(host, timeout=600))
    with _locked(archive.with_suffix(".lock")), client as api:
        if not api.images(BASE_IMAGE):
            api.import_image_from_file(str(archive), repository, tag)
    return BASE_IMAGE


def _base_archive() -> Path:
    """Return the base's files as an archive; kept between runs, since it takes 20 seconds."""
    if shutil.which("mmdebstrap") is None:
        _missing("needs mmdebstrap: `apt install mmdebstrap`")
    folder = platformdirs.user_cache_path("facewright-tests", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / "bookworm-python3.tar"
    with _locked(folder / "bookworm-python3.lock"):
        if not archive.exists():
            made = archive.with_name(f".{archive.name}-{os.getpid()}.tar")
            options = ("--quiet", "--variant=minbase", "--include=python3,python3-venv")
            done = subprocess.run(
                ["mmdebstrap", *options, "bookworm", str(made)], capture_output=True, text=True
            )
            if done.returncode:
                made.unlink(missing_ok=True)
                _missing(f"mmdebstrap makes no base image: {done.stderr.strip()[-1000:]}")
            made.rename(archive)
    return archive


def _check_parts() -> None:
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        _missing(f"needs {', '.join(missing)}: `apt install docker.io iproute2`")
    if os.getuid() != 0:
        _missing("needs root, to start a Docker Engine")


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _place() -> Path:
    # Not the run's folder, whose path may be too long for a socket; containers enter it, too.
    place = Path(tempfile.gettempdir(), f"fwd-{secrets.token_hex(4)}")
    place.mkdir(mode=0o711)
    return place


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass
class _Record:
    """What the workers of this run know of their engine."""

    users: list[str] = field(default_factory=list)
    place: str | None = None


@contextmanager
def _record(run_folder: Path) -> Iterator[_Record]:
    """Yield the record; changes are kept."""
    path = run_folder / "docker-engine.json"
    with _locked(path.with_suffix(".lock")):
        record = _Record(**json.loads(path.read_text())) if path.exists() else _Record()
        try:
            yield record
        finally:
            path.write_text(json.dumps(asdict(record)))


def _kill(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    if state == "Z":
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    return state not in "ZX"


def _wait_for(true: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.1)
