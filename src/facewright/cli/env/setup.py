"""`facewright env setup`: an environment on this machine."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from facewright.cli.console import Console
from facewright.cli.env.options import GroupOption, NameOption
from facewright.cli.service.opening import docker_answers, opened_environments
from facewright.errors import ManagementError

_ASIDE = "For clusters"


class Engine(StrEnum):
    """What runs services."""

    PROCESS = "process"
    DOCKER = "docker"


def _text(flag: str, short: str | None, help: str) -> Any:
    names = (flag,) if short is None else (flag, short)
    return typer.Option(*names, metavar="TEXT", help=help, rich_help_panel=_ASIDE)


def setup(
    name: NameOption,
    location: Annotated[
        str | None, typer.Option("--location", "-l", metavar="NAME", help="A label of your own.")
    ] = None,
    group: GroupOption = None,
    engine: Annotated[
        Engine | None,
        typer.Option(help="What runs services; docker when left out and one answers."),
    ] = None,
    base_image: Annotated[
        str | None,
        typer.Option(metavar="REF", help="What images of this environment stand on."),
    ] = None,
    cluster: Annotated[
        bool, typer.Option("--cluster", "-c", help="On a cluster; not there yet.")
    ] = False,
    app_id: Annotated[
        str | None, _text("--service-principal-app-id", "-a", "Of no effect on this machine.")
    ] = None,
    password: Annotated[
        str | None,
        _text("--service-principal-password", "-p", "Of no effect, and kept nowhere."),
    ] = None,
    tenant: Annotated[str | None, _text("--tenant", "-t", "Of no effect on this machine.")] = None,
    agent_count: Annotated[
        int | None,
        typer.Option("--agent-count", "-z", min=1, help="Kept.", rich_help_panel=_ASIDE),
    ] = None,
    agent_vm_size: Annotated[str | None, _text("--agent-vm-size", None, "Kept.")] = None,
    master_count: Annotated[
        int | None,
        typer.Option("--master-count", "-m", help="1, 3 or 5. Kept.", rich_help_panel=_ASIDE),
    ] = None,
    cert_pem: Annotated[str | None, _text("--cert-pem", None, "Kept.")] = None,
    key_pem: Annotated[str | None, _text("--key-pem", None, "Kept.")] = None,
    cert_cname: Annotated[str | None, _text("--cert-cname", None, "Kept.")] = None,
    storage: Annotated[str | None, _text("--storage", "-s", "Kept.")] = None,
    registry: Annotated[str | None, _text("--acr", "-r", "Kept.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing; there is nothing to ask.")
    ] = False,
) -> None:
    """Set up an environment; services can be made without, in the one that is there."""
    del yes, password
    if cluster:
        raise ManagementError(
            "cluster environments come with Kubernetes support, which is not there yet",
            hint="leave --cluster out for an environment on this machine",
        )
    _check_masters(master_count)
    _check_certificate(cert_pem, key_pem, cert_cname)
    details = {
        "group": group,
        "location": location,
        "base_image": base_image,
        "app_id": app_id,
        "tenant": tenant,
        "agent_count": agent_count,
        "agent_vm_size": agent_vm_size,
        "master_count": master_count,
        "cert_pem": cert_pem,
        "key_pem": key_pem,
        "cert_cname": cert_cname,
        "storage": storage,
        "registry": registry,
    }
    given = {key: value for key, value in details.items() if value is not None}
    with opened_environments() as environments:
        made = environments.setup(name, engine.value if engine else None, given)
    if made.engine == Engine.DOCKER.value and not docker_answers():
        Console().say("No container engine answers now; services need one")
    _say_next(name, group, made.engine)


def _check_masters(count: int | None) -> None:
    if count not in (None, 1, 3, 5):
        raise typer.BadParameter(f"expected 1, 3 or 5 masters, received {count}")


def _check_certificate(*parts: str | None) -> None:
    given = [part is not None for part in parts]
    if any(given) and not all(given):
        raise typer.BadParameter("--cert-pem, --key-pem and --cert-cname come together")


def _say_next(name: str, group: str | None, engine: str) -> None:
    console = Console()
    where = f" -g {group}" if group else ""
    console.result(f"Set up the environment {name} on this machine, with the engine {engine}.")
    console.result("To see it, run:")
    console.result(f"  facewright env show{where} -n {name}")
    console.result("To let new services live in it, run:")
    console.result(f"  facewright env set{where} -n {name}")
