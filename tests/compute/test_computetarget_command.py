"""`facewright computetarget` and `facewright runconfiguration`, with a real host."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import CommandLine
from ended import Ended
from sshd_part import SshServer

from facewright.compute.catalogue import load_target
from facewright.compute.dependencies import Dependencies
from facewright.compute.job import JobState, Phase
from facewright.compute.places import Places
from facewright.projects.project import create_project

Run = Callable[..., Ended]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    create_project(tmp_path / "face")
    for name in ("docker.compute", "docker.runconfig"):
        (tmp_path / "face" / "config" / name).unlink(missing_ok=True)
    return tmp_path / "face"


@pytest.fixture
def places(project: Path, tmp_path: Path) -> Places:
    record = json.loads((project / ".facewright" / "project.json").read_text())
    return Places(project, record["id"], tmp_path / "data")


@pytest.fixture
def run(project: Path, command_line: CommandLine) -> Run:
    """Return a function that runs the command line in the project, with text on its stdin."""

    def ran(*arguments: object, text: str = "", **variables: str) -> Ended:
        return command_line.run([*map(str, arguments)], project, text, **variables)

    return ran


def where(server: SshServer) -> list[object]:
    return ["-a", server.host, "-u", server.user.name, "--port", server.port]


def known(server: SshServer) -> list[object]:
    return [*where(server), "--fingerprint", server.fingerprint()]


PLAIN = {"local.compute", "local.runconfig"}


def config_of(project: Path) -> set[str]:
    """Return the files of targets and run configurations."""
    kinds = (".compute", ".runconfig")
    return {path.name for path in (project / "config").iterdir() if path.suffix in kinds}


def test_an_interpreter_that_is_named_is_used_as_it_is(
    run: Run, project: Path, places: Places, sshd: SshServer
) -> None:
    key = ("--private-key-file", sshd.user.key_file)
    named = ("--python-location", "/usr/bin/python3")
    assert (
        run("computetarget", "attach", "remote", "-n", "box", *known(sshd), *key, *named).code == 0
    )
    settings = (project / "config" / "box.compute").read_text()
    assert "userManagedEnvironment: true\npythonLocation: /usr/bin/python3\n" in settings
    target = load_target("box", places)
    assert not target.prepare(Dependencies(None, ("nothing-of-that-name",)), lambda line: None)


def stored(places: Places) -> list[Path]:
    return [path for path in (places.data / "secrets").rglob("*") if path.is_file()]


def test_attach_list_show_detach(run: Run, project: Path, places: Places, sshd: SshServer) -> None:
    key = sshd.user.key_file
    attached = run("computetarget", "attach", "remote", "-n", "box", *known(sshd),
                   "--private-key-file", key)  # fmt: skip
    shown = f"Host key of {sshd.host}:{sshd.port}: {sshd.fingerprint()}\n"
    assert attached == Ended(
        0,
        "Wrote config/box.compute\nWrote config/box.runconfig\n",
        shown + "Next: `facewright experiment prepare -c box`\n",
    )
    assert (project / "config" / "box.compute").read_text() == (
        f"type: remote\naddress: {sshd.host}\nport: {sshd.port}\nusername: {sshd.user.name}\n"
        f"privateKeyFile: {key}\nhostKey: {sshd.host_key()}\n"
    )
    assert (project / "config" / "box.runconfig").read_text() == "Target: box\n"
    assert stored(places) == []
    listed = run("computetarget", "list", "-o", "tsv")
    assert listed == Ended(
        0, f'box\tremote\t{sshd.host}\t["box"]\t\nlocal\tlocal\t\t["local"]\t\n', ""
    )
    told = json.loads(run("computetarget", "show", "-n", "box").stdout)
    assert told["hostKeyFingerprint"] == sshd.fingerprint()
    assert told["secretStored"] is False
    assert load_target("box", places).state("none") == JobState(Phase.ABSENT)
    again = run("computetarget", "attach", "local", "-n", "box")
    assert again.code == 1
    assert again.stderr.startswith("error: the name is taken")
    assert run("computetarget", "detach", "-n", "box").code == 1
    assert config_of(project) > {"box.compute", "box.runconfig"}
    assert run("computetarget", "detach", "-n", "box", "--yes") == Ended(
        0, "Removed config/box.compute\nRemoved config/box.runconfig\n", ""
    )
    assert config_of(project) == PLAIN


def test_a_password_is_asked_for_and_kept_outside(
    run: Run, project: Path, places: Places, sshd: SshServer
) -> None:
    if sshd.user.password is None:
        pytest.skip("only root can make a user with a password")
    password = sshd.user.password
    attached = run("computetarget", "attach", "remote", "-n", "box", *known(sshd), "-w",
                   text=password + "\n")  # fmt: skip
    assert attached.code == 0, attached
    assert "Warning" not in attached.stderr
    [file] = stored(places)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert password in file.read_text()
    assert all(password not in path.read_text() for path in (project / "config").iterdir())
    shown = run("computetarget", "show", "-n", "box").stdout
    assert json.loads(shown)["secretStored"] is True
    assert password not in shown
    assert load_target("box", places).state("none") == JobState(Phase.ABSENT)
    assert run("computetarget", "detach", "-n", "box", "--yes").code == 0
    assert stored(places) == []


def test_a_password_on_the_command_line_works_and_is_warned_of(run: Run, sshd: SshServer) -> None:
    if sshd.user.password is None:
        pytest.skip("only root can make a user with a password")
    attach = ["computetarget", "attach", "remote", *known(sshd)]
    attached = run(*attach, "-n", "a", "-w", sshd.user.password)
    assert attached.code == 0
    assert attached.stderr.count("Warning: a password on the command line") == 1
    attached = run(*attach, "-n", "b", FACEWRIGHT_SSH_PASSWORD=sshd.user.password)
    assert attached.code == 0
    assert "Warning" not in attached.stderr


@pytest.mark.parametrize("wrong", ["password", "key", "passphrase"])
def test_who_is_not_let_in_is_not_attached(
    run: Run, project: Path, places: Places, sshd: SshServer, tmp_path: Path, wrong: str
) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"])
    ways: dict[str, list[object]] = {
        "password": ["-w", "not this"],
        "key": ["--private-key-file", tmp_path / "other"],
        "passphrase": [
            "--private-key-file", sshd.user.protected_key_file, "--private-key-passphrase", "no",
        ],
    }  # fmt: skip
    attached = run("computetarget", "attach", "remote", "-n", "box", *known(sshd), *ways[wrong])
    assert attached.code == 1
    assert "error: " in attached.stderr
    assert "Traceback" not in attached.stderr
    assert config_of(project) == PLAIN
    assert stored(places) == []


def test_a_key_with_a_passphrase(run: Run, places: Places, sshd: SshServer) -> None:
    attached = run("computetarget", "attach", "remote", "-n", "box", *known(sshd),
                   "--private-key-file", sshd.user.protected_key_file,
                   FACEWRIGHT_SSH_PASSPHRASE=sshd.user.passphrase)  # fmt: skip
    assert attached.code == 0, attached
    assert load_target("box", places).state("none") == JobState(Phase.ABSENT)


def test_a_key_of_its_own(run: Run, places: Places, sshd: SshServer) -> None:
    attached = run("computetarget", "attach", "remote", "-n", "box", *known(sshd), "-k")
    assert attached.code == 0, attached
    public = attached.stdout.splitlines()[0]
    assert public.startswith("ssh-ed25519 ")
    with (sshd.user.key_file.parent / "authorized_keys").open("a") as file:
        file.write(public + "\n")
    assert load_target("box", places).state("none") == JobState(Phase.ABSENT)


def test_a_host_is_confirmed(run: Run, project: Path, sshd: SshServer) -> None:
    attach = ["computetarget", "attach", "remote", "-n", "box", *where(sshd), "-k"]
    unasked = run(*attach)
    assert unasked.code == 1
    assert f"nobody confirmed the host key {sshd.fingerprint()}" in unasked.stderr
    other = run(*attach, "--fingerprint", "SHA256:other")
    assert other.code == 1
    assert f"expected the key SHA256:other, received {sshd.fingerprint()}" in other.stderr
    assert config_of(project) == PLAIN
    assert run(*attach, "--yes").code == 0


def test_a_password_goes_to_no_other_host(run: Run, project: Path, sshd: SshServer) -> None:
    if sshd.user.password is None:
        pytest.skip("only root can make a user with a password")
    run("computetarget", "attach", "remote", "-n", "box", *known(sshd), "-w", sshd.user.password)
    file = project / "config" / "box.compute"
    file.write_text(file.read_text().replace(sshd.host, "localhost"))
    record = json.loads((project / ".facewright" / "project.json").read_text())
    places = Places(project, record["id"], project.parent / "data")
    with pytest.raises(Exception, match="given for another user, host or host key"):
        load_target("box", places)


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", "", ".x", "a b", "x\n"])
def test_hostile_names_are_refused(run: Run, project: Path, name: str) -> None:
    for arguments in (
        ("computetarget", "attach", "local", "-n", name),
        ("computetarget", "show", "-n", name),
        ("computetarget", "detach", "-n", name, "--yes"),
        ("runconfiguration", "create", "-n", name, "-t", "local"),
        ("runconfiguration", "delete", "-n", name),
    ):
        ended = run(*arguments)
        assert ended.code == 1, arguments
        assert ended.stderr.startswith("error: not a name"), ended
    assert config_of(project) == PLAIN


def test_clusters_are_refused_by_name(run: Run) -> None:
    attach = ["computetarget", "attach", "cluster", "-n", "spark", "-a", "host", "-u", "me"]
    assert run(*attach) == Ended(
        1,
        "",
        "error: clusters of HDInsight Spark are not supported\n"
        "hint: attach its head node as remote\n",
    )


def test_run_configurations(run: Run, project: Path) -> None:
    assert run("runconfiguration", "create", "-n", "quick", "-t", "local") == Ended(
        0, "Wrote config/quick.runconfig\n", ""
    )
    assert (project / "config" / "quick.runconfig").read_text() == "Target: local\n"
    assert run("runconfiguration", "create", "-n", "quick", "-t", "local").code == 1
    assert run("runconfiguration", "create", "-n", "other", "-t", "nowhere").code == 1
    listed = run("runconfiguration", "list", "--query", "[].[name,Target]", "-o", "tsv")
    assert listed == Ended(0, "local\tlocal\nquick\tlocal\n", "")
    assert run("runconfiguration", "delete", "-n", "quick") == Ended(
        0, "Removed config/quick.runconfig\n", ""
    )
    assert config_of(project) == PLAIN


def test_a_broken_file_is_listed_with_its_problem(run: Run, project: Path) -> None:
    (project / "config" / "bad.compute").write_text("type: cluster\n")
    listed = run("computetarget", "list", "--query", "[?problem].[name,problem]")
    assert listed.code == 0
    [[name, problem]] = json.loads(listed.stdout)
    assert name == "bad"
    assert "HDInsight" in problem
