"""A real OpenSSH server on a free port, with its own host key and, for root, its own user."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from own_port import own_port

SSHD = "/usr/sbin/sshd"
_PATIENCE = 120.0


@dataclass(frozen=True)
class SshUser:
    """Somebody who may sign in.

    Attributes:
        name: Of the user.
        password: None when the tests may not set one.
        home: Where sessions begin.
        folder: A folder that belongs to the tests alone; everything of the target goes there.
        key_file: Private key that is accepted, without a passphrase.
        protected_key_file: Another one, with `passphrase`.
        passphrase: Of the latter.
    """

    name: str
    password: str | None
    home: Path
    folder: Path
    key_file: Path
    protected_key_file: Path
    passphrase: str


@dataclass
class SshServer:
    """An sshd that can be stopped, started again, and made to drop its connections."""

    place: Path
    user: SshUser
    port: int
    host: str = "127.0.0.1"
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [SSHD, "-D", "-e", "-f", str(self.place / "sshd_config")]
        with (self.place / "sshd.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log)
        until = time.monotonic() + _PATIENCE
        while not self._answers():
            log_text = (self.place / "sshd.log").read_text()
            assert self._process.poll() is None, log_text
            assert time.monotonic() < until, log_text
            time.sleep(0.05)

    @property
    def runs(self) -> bool:
        """Return whether it was started and not stopped."""
        return self._process is not None

    def stop(self) -> None:
        """Stop it together with its connections; jobs go on."""
        if self._process is not None:
            # It accepts nobody from now on, who would stay connected when it has gone.
            self._process.send_signal(signal.SIGSTOP)
            self.drop()
            self._process.kill()
            self._process.wait(_PATIENCE)
            self._process = None

    def drop(self) -> None:
        """Break every connection, and go on listening."""
        assert self._process is not None
        for pid in _sshd_below(self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def freeze(self) -> list[int]:
        """Make it and its connections answer no more; return what `thaw` needs."""
        assert self._process is not None
        stopped = [self._process.pid, *_sshd_below(self._process.pid)]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        return stopped

    def thaw(self, stopped: list[int]) -> None:
        """Let them go on."""
        for pid in stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def change_host_key(self) -> None:
        """Become another host at the same address."""
        self.stop()
        _make_key(self.place / "host_key")
        self.start()

    def host_key(self) -> str:
        """Return the public key, without a comment."""
        return " ".join((self.place / "host_key.pub").read_text().split()[:2])

    def fingerprint(self) -> str:
        """Return what OpenSSH itself shows for the host key."""
        command = ["ssh-keygen", "-l", "-f", str(self.place / "host_key.pub")]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return shown.split()[1]

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), 5) as s:
            return s.recv(4) == b"SSH-"
        return False


@contextmanager
def ssh_user() -> Iterator[SshUser]:
    """Yield a user of this test run: a new one for root, otherwise whoever runs the tests."""
    _check_parts()
    folder = Path(tempfile.mkdtemp(prefix="facewright-ssh-"))
    folder.chmod(0o755)
    name = f"facewright-ssh-{uuid.uuid4().hex[:8]}" if os.getuid() == 0 else _me().pw_name
    try:
        if os.getuid() == 0:
            _add_user(name, folder / "home")
        yield _equipped(name, folder)
    finally:
        try:
            if os.getuid() == 0:
                _remove_user(name)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def ssh_server(user: SshUser, variables: Mapping[str, str] | None = None) -> Iterator[SshServer]:
    """Yield a running server that lets the user in, with these variables in each session."""
    place = Path(tempfile.mkdtemp(prefix="facewright-sshd-"))
    place.chmod(0o755)
    server = SshServer(place, user, own_port())
    _make_key(place / "host_key")
    (place / "sshd_config").write_text(_configuration(server, variables or {}))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)


def _configuration(server: SshServer, variables: Mapping[str, str]) -> str:
    password = "yes" if server.user.password else "no"
    # One line: of several, OpenSSH takes the first.
    given = " ".join(f"{name}={value}" for name, value in variables.items())
    session = f"SetEnv {given}" if given else ""
    return f"""
Port {server.port}
ListenAddress {server.host}
HostKey {server.place}/host_key
PidFile none
UsePAM no
StrictModes no
AuthorizedKeysFile {server.user.key_file.parent}/authorized_keys
PasswordAuthentication {password}
KbdInteractiveAuthentication no
AllowUsers {server.user.name}
MaxStartups 100
{session}
"""


def _check_parts() -> None:
    missing = [each for each in (SSHD, "ssh-keygen") if shutil.which(each) is None]
    if not missing:
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        return
    reason = f"needs {', '.join(missing)}: `apt install openssh-server`"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _me() -> pwd.struct_passwd:
    return pwd.getpwuid(os.getuid())


def _equipped(name: str, folder: Path) -> SshUser:
    home = Path(pwd.getpwnam(name).pw_dir)
    keys = folder / "key", folder / "protected_key"
    password = f"pass {uuid.uuid4().hex}" if os.getuid() == 0 else None
    user = SshUser(name, password, home, folder / "work", *keys, uuid.uuid4().hex)
    _make_key(user.key_file)
    _make_key(user.protected_key_file, user.passphrase)
    public = [key.with_suffix(".pub").read_text() for key in keys]
    (folder / "authorized_keys").write_text("".join(public))
    user.folder.mkdir()
    if password:
        _change_users(["chpasswd"], f"{name}:{password}")
        shutil.chown(user.folder, name)
    return user


def _add_user(name: str, home: Path) -> None:
    options = ["--create-home", "--home-dir", str(home), "--shell", "/bin/bash"]
    _change_users(["useradd", *options, name])


def _change_users(command: list[str], said: str = "") -> None:
    """Run a command that writes /etc/passwd or /etc/shadow, whose locks others may hold."""
    until = time.monotonic() + _PATIENCE
    run = partial(subprocess.run, command, input=said, capture_output=True, text=True, check=False)
    while (done := run()).returncode:
        assert "lock" in done.stderr, done.stderr
        assert time.monotonic() < until, done.stderr
        time.sleep(0.2)


def _remove_user(name: str) -> None:
    with contextlib.suppress(KeyError):
        number = pwd.getpwnam(name).pw_uid
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if folder.name.isdigit() and folder.stat().st_uid == number:
                    os.kill(int(folder.name), signal.SIGKILL)
    until = time.monotonic() + _PATIENCE
    command = ["userdel", "--force", name]
    while (removed := subprocess.run(command, capture_output=True, text=True)).returncode:
        if removed.returncode == 6:  # there is no such user
            return
        assert time.monotonic() < until, removed.stderr
        time.sleep(0.2)


def _make_key(path: Path, passphrase: str = "") -> None:
    path.unlink(missing_ok=True)
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(path)]
    subprocess.run(command, check=True)


def _sshd_below(root: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
            parent = int(rest.split()[1])
            if "sshd" in name and folder.name.isdigit():
                found.append((int(folder.name), parent))
    wanted, below = {root}, set[int]()
    while wanted:
        wanted = {pid for pid, parent in found if parent in wanted}
        below |= wanted
    return sorted(below)
