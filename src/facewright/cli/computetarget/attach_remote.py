"""`facewright computetarget attach remote` and `facewright computetarget attach remotedocker`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.cli.computetarget.attach import write
from facewright.cli.computetarget.host import confirmed_host_key
from facewright.cli.computetarget.options import (
    CpusOption,
    ImageOption,
    MemoryOption,
    NameOption,
    ProjectOption,
    PythonOption,
    YesOption,
    configured,
    open_places,
)
from facewright.cli.computetarget.password import password_of
from facewright.cli.console import Console
from facewright.errors import TargetError

if TYPE_CHECKING:
    from facewright.compute.secrets import Secret

AddressOption = Annotated[
    str, typer.Option("--address", "-a", metavar="HOST", help="Name or address of the host.")
]
PortOption = Annotated[int, typer.Option(help="Port of its sshd.", min=1, max=65535)]
UserOption = Annotated[str, typer.Option("--username", "-u", metavar="USER", help="User there.")]
PasswordOption = Annotated[
    str | None,
    typer.Option(
        "--password",
        "-w",
        metavar="[PASSWORD]",
        help="Sign in with a password; -w alone asks for it.",
        envvar="FACEWRIGHT_SSH_PASSWORD",
        show_envvar=True,
    ),
]
OwnKeyOption = Annotated[
    bool,
    typer.Option(
        "--use-azureml-ssh-key", "--use-own-key", "-k", help="Make a key pair for this target."
    ),
]
KeyFileOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Sign in with this private key.")
]
PassphraseOption = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="Of the private key.",
        envvar="FACEWRIGHT_SSH_PASSPHRASE",
        show_envvar=True,
    ),
]
FingerprintOption = Annotated[
    str | None,
    typer.Option(metavar="SHA256:…", help="Fingerprint that the host's key must have."),
]
FolderOption = Annotated[
    str | None,
    typer.Option(metavar="PATH", help="Where jobs are kept there; ~/.facewright if left out."),
]


@dataclass(frozen=True)
class _Entry:
    """How to sign in: at most one of the three ways; none is the SSH agent and the user's keys."""

    password: str | None
    own_key: bool
    key_file: Path | None
    passphrase: str | None

    def check(self) -> None:
        ways = (self.password is not None) + self.own_key + (self.key_file is not None)
        if ways > 1:
            raise TargetError(
                "too many ways to sign in: expected one of -w, -k and --private-key-file",
                hint="leave the others out",
            )
        if self.key_file is not None and not self.key_file.expanduser().is_file():
            raise TargetError(f"the private key is not there: {self.key_file}")


def remote(
    name: NameOption,
    address: AddressOption,
    username: UserOption,
    port: PortOption = 22,
    password: PasswordOption = None,
    own_key: OwnKeyOption = False,
    private_key_file: KeyFileOption = None,
    private_key_passphrase: PassphraseOption = None,
    fingerprint: FingerprintOption = None,
    yes: YesOption = False,
    folder: FolderOption = None,
    python_location: PythonOption = None,
    project: ProjectOption = None,
) -> None:
    """Add another machine that is reached by SSH."""
    entry = _Entry(password, own_key, private_key_file, private_key_passphrase)
    values = {"address": address, "username": username, "port": port, "folder": folder}
    _attach(
        name,
        {"type": "remote", **values, **_own_python(python_location)},
        entry,
        (fingerprint, yes),
        project,
    )


def remotedocker(
    name: NameOption,
    address: AddressOption,
    username: UserOption,
    port: PortOption = 22,
    password: PasswordOption = None,
    own_key: OwnKeyOption = False,
    private_key_file: KeyFileOption = None,
    private_key_passphrase: PassphraseOption = None,
    fingerprint: FingerprintOption = None,
    yes: YesOption = False,
    base_docker_image: ImageOption = None,
    cpus: CpusOption = None,
    memory: MemoryOption = None,
    project: ProjectOption = None,
) -> None:
    """Add containers on another machine that is reached by SSH."""
    entry = _Entry(password, own_key, private_key_file, private_key_passphrase)
    values = {"address": address, "username": username, "port": port}
    limits = {"baseDockerImage": base_docker_image, "cpus": cpus, "memory": memory}
    _attach(name, {"type": "remotedocker", **values, **limits}, entry, (fingerprint, yes), project)


def _own_python(location: str | None) -> dict[str, Any]:
    return {"userManagedEnvironment": True, "pythonLocation": location} if location else {}


def _attach(
    name: str,
    values: dict[str, Any],
    entry: _Entry,
    confirmation: tuple[str | None, bool],
    project: Path | None,
) -> None:
    from facewright.compute.attachment import check_free

    entry.check()
    places = open_places(project)
    check_free(name, places)
    key_file = str(entry.key_file) if entry.key_file else None
    configured(**values, privateKeyFile=key_file)  # before anybody is asked anything
    key = confirmed_host_key(values["address"], values["port"], *confirmation)
    configuration = configured(**values, privateKeyFile=key_file, hostKey=key.line)
    secret = _secret(entry, name)
    if not entry.own_key:
        _sign_in(configuration, secret)
    write(name, configuration, places, secret)


def _secret(entry: _Entry, name: str) -> "Secret":
    from facewright.compute.secrets import Secret

    if not entry.own_key:
        return Secret(password_of(entry.password), entry.passphrase)
    from facewright.compute.ssh.key_pair import make_key_pair

    pair = make_key_pair(f"facewright-{name}")
    console = Console()
    console.say("Add this line to ~/.ssh/authorized_keys of the user on the host:")
    console.result(pair.public)
    return Secret(private_key=pair.private)


def _sign_in(configuration: Any, secret: "Secret") -> None:
    from facewright.compute.remote import address_with
    from facewright.compute.ssh.connection import SshConnection

    connection = SshConnection(address_with(configuration, secret))
    try:
        with connection.command("exit 0") as channel:
            channel.send(())
    finally:
        connection.close()
