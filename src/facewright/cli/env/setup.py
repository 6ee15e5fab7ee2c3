"""`facewright env setup`: an environment on this machine, or in a cluster."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facewright.cli.console import Console
from facewright.cli.env.clusters import setup_cluster
from facewright.cli.env.options import GroupOption, NameOption
from facewright.cli.service.opening import docker_answers, opened_environments

if TYPE_CHECKING:
    from facewright.environments.kubernetes.settings import ClusterSettings

_ASIDE, _CLUSTER = "Kept, and of no effect", "In a cluster"


class Exposure(StrEnum):
    """How clients outside reach services of a cluster."""

    INGRESS = "ingress"
    GATEWAY = "gateway"
    NODE_PORT = "nodeport"
    CLUSTER_IP = "cluster-ip"


class Engine(StrEnum):
    """What runs services."""

    PROCESS = "process"
    DOCKER = "docker"


def _text(flag: str, short: str | None, help: str) -> Any:
    names = (flag,) if short is None else (flag, short)
    return typer.Option(*names, metavar="TEXT", help=help, rich_help_panel=_ASIDE)


def _cluster(flag: str, help: str, metavar: str = "NAME") -> Any:
    return typer.Option(flag, metavar=metavar, help=help, rich_help_panel=_CLUSTER)


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
        bool,
        typer.Option("--cluster", "-c", help="In a Kubernetes cluster.", rich_help_panel=_CLUSTER),
    ] = False,
    context: Annotated[
        str | None, _cluster("--context", "Context of the kubeconfig; its current one if left out.")
    ] = None,
    kubeconfig: Annotated[
        str | None, _cluster("--kubeconfig", "The usual places if left out.", "FILE")
    ] = None,
    namespace: Annotated[
        str, _cluster("--namespace", "Where everything is; made where it is missing.")
    ] = "default",
    cluster_registry: Annotated[
        str | None,
        _cluster("--registry", "Where images go and nodes fetch them.", "HOST[:PORT][/PATH]"),
    ] = None,
    plain_http: Annotated[
        bool,
        typer.Option("--plain-http", help="The registry has no TLS.", rich_help_panel=_CLUSTER),
    ] = False,
    pull_secret: Annotated[
        str | None, _cluster("--pull-secret", "Secret with which nodes may fetch images.")
    ] = None,
    storage_class: Annotated[
        str | None, _cluster("--storage-class", "Of volumes that many pods write.")
    ] = None,
    expose: Annotated[
        Exposure | None,
        typer.Option(
            help="How clients reach services; ingress with --ingress-host, else nodeport.",
            rich_help_panel=_CLUSTER,
        ),
    ] = None,
    ingress_host: Annotated[
        str | None, _cluster("--ingress-host", "Name in the addresses of services.")
    ] = None,
    ingress_class: Annotated[
        str | None, _cluster("--ingress-class", "Of the ingress controller that is meant.")
    ] = None,
    tls_secret: Annotated[
        str | None, _cluster("--tls-secret", "Secret with the certificate of --ingress-host.")
    ] = None,
    gateway: Annotated[
        str | None,
        _cluster("--gateway", "Gateway that routes hang on.", "[NAMESPACE/]NAME"),
    ] = None,
    address: Annotated[
        str | None, _cluster("--address", "Of a node; that of a pod's if left out.", "HOST")
    ] = None,
    gallery_secret: Annotated[
        str | None,
        _cluster("--gallery-secret", "Secret whose key url is the database of people."),
    ] = None,
    ready_within: Annotated[
        int,
        typer.Option(
            help="Seconds in which a started replica must be ready.", rich_help_panel=_CLUSTER
        ),
    ] = 45,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Print what would be applied.", rich_help_panel=_CLUSTER),
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
    here = engine.value if engine else None
    if cluster:
        settings = _settings(
            name, cluster_registry or registry, context, kubeconfig, namespace=namespace,
            plain_http=plain_http, pull_secret=pull_secret, storage_class=storage_class,
            expose=expose, ingress_host=ingress_host, ingress_class=ingress_class,
            tls_secret=tls_secret, gateway=gateway, address=address,
            gallery_secret=gallery_secret, ready_within=ready_within,
        )  # fmt: skip
        if setup_cluster(settings, here, given, dry_run=dry_run) is not None:
            _say_next(name, group, f"in the namespace {namespace} of a cluster")
        return
    if cluster_registry or context or kubeconfig or expose or dry_run:
        raise typer.BadParameter("these flags are for clusters: say --cluster, too")
    with opened_environments() as environments:
        made = environments.setup(name, here, given)
    if made.engine == Engine.DOCKER.value and not docker_answers():
        Console().say("No container engine answers now; services need one")
    _say_next(name, group, f"on this machine, with the engine {made.engine}")


def _settings(
    name: str,
    registry: str | None,
    context: str | None,
    kubeconfig: str | None,
    *,
    expose: Exposure | None,
    ingress_host: str | None,
    gateway: str | None,
    **more: Any,
) -> "ClusterSettings":
    from facewright.environments.kubernetes.settings import ClusterSettings, Expose

    if registry is None:
        raise typer.BadParameter(
            "a cluster fetches images from a registry: give it with --registry"
        )
    chosen = expose.value if expose else "nodeport"
    if expose is None and ingress_host:
        chosen = "gateway" if gateway else "ingress"
    return ClusterSettings(
        environment="",
        name=name,
        registry=registry,
        context=context,
        kubeconfig=None if kubeconfig is None else str(Path(kubeconfig).absolute()),
        expose=Expose(chosen),
        ingress_host=ingress_host,
        gateway=gateway,
        **more,
    )


def _check_masters(count: int | None) -> None:
    if count not in (None, 1, 3, 5):
        raise typer.BadParameter(f"expected 1, 3 or 5 masters, received {count}")


def _check_certificate(*parts: str | None) -> None:
    given = [part is not None for part in parts]
    if any(given) and not all(given):
        raise typer.BadParameter("--cert-pem, --key-pem and --cert-cname come together")


def _say_next(name: str, group: str | None, where_it_is: str) -> None:
    console = Console()
    where = f" -g {group}" if group else ""
    console.result(f"Set up the environment {name} {where_it_is}.")
    console.result("To see it, run:")
    console.result(f"  facewright env show{where} -n {name}")
    console.result("To let new services live in it, run:")
    console.result(f"  facewright env set{where} -n {name}")
