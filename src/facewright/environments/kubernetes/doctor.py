"""What a cluster has, and what may be missing, with a fix for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from facewright.environments.kubernetes.capabilities import Capabilities, find_capabilities
from facewright.environments.kubernetes.resources import SECRET, Manifest, Resources
from facewright.environments.kubernetes.role import missing_rights
from facewright.environments.kubernetes.settings import ClusterSettings, Expose
from facewright.errors import EngineError, EngineForbidden

_SCALES = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 1e3, "M": 1e6, "G": 1e9}


@dataclass(frozen=True)
class Finding:
    """Something that may be missing.

    Attributes:
        what: It.
        fix: What to do.
    """

    what: str
    fix: str


@dataclass(frozen=True)
class Node:
    """A machine of a cluster.

    Attributes:
        name: Its name.
        ready: Whether it takes pods.
        cpus: Processors for pods.
        memory: Bytes for pods.
        version: Of its Kubernetes.
        architecture: Such as ``amd64``.
    """

    name: str
    ready: bool
    cpus: float
    memory: int
    version: str
    architecture: str


@dataclass(frozen=True)
class Examined:
    """What was found.

    Attributes:
        version: Of the cluster.
        nodes: None where the account may not look at them.
        findings: What may be missing.
    """

    version: str
    nodes: tuple[Node, ...] | None
    findings: tuple[Finding, ...]


def examine(settings: ClusterSettings, resources: Resources) -> Examined:
    """Look at a cluster.

    Raises:
        EngineUnreachable: It does not answer.
    """
    able = find_capabilities(resources.api)
    nodes = _nodes(resources)
    found = [
        *_rights(settings, resources),
        *_places(nodes),
        *_measured(able),
        *_entrance(settings, resources, able),
        *_secrets(settings, resources),
        *_volumes(settings, resources),
    ]
    return Examined(f"{able.version[0]}.{able.version[1]}", nodes, tuple(found))


def _nodes(resources: Resources) -> tuple[Node, ...] | None:
    try:
        listed = (resources.api.request("GET", "/api/v1/nodes") or {}).get("items", [])
    except EngineForbidden:
        return None
    return tuple(_node(each) for each in listed)


def _node(manifest: Manifest) -> Node:
    status = manifest["status"]
    room, info = status.get("allocatable", {}), status.get("nodeInfo", {})
    ready = any(
        each["type"] == "Ready" and each["status"] == "True" for each in status["conditions"]
    )
    return Node(
        manifest["metadata"]["name"],
        ready and not manifest["spec"].get("unschedulable", False),
        amount(str(room.get("cpu", "0"))),
        int(amount(str(room.get("memory", "0")))),
        str(info.get("kubeletVersion", "")),
        str(info.get("architecture", "")),
    )


def amount(text: str) -> float:
    """Return a quantity of Kubernetes, such as ``1500m`` or ``2Gi``, as a number."""
    for unit, scale in _SCALES.items():
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * scale
    return float(text[:-1]) / 1000 if text.endswith("m") else float(text)


def _rights(settings: ClusterSettings, resources: Resources) -> Iterator[Finding]:
    missing = missing_rights(
        resources.api, settings.namespace, gateway=settings.expose is Expose.GATEWAY
    )
    for right in missing:
        yield Finding(
            f"the account may not {right}",
            f"kubectl apply the role that `facewright env role -n {settings.name}` prints",
        )


def _places(nodes: tuple[Node, ...] | None) -> Iterator[Finding]:
    if nodes is not None and not any(each.ready for each in nodes):
        yield Finding("no node takes pods", "look at `kubectl describe nodes`")


def _measured(able: Capabilities) -> Iterator[Finding]:
    if not able.metrics:
        yield Finding(
            "nobody measures what pods use, so autoscaling changes nothing",
            "install metrics-server, or leave autoscaling off",
        )


def _entrance(
    settings: ClusterSettings, resources: Resources, able: Capabilities
) -> Iterator[Finding]:
    if settings.expose is Expose.GATEWAY and able.gateway is None:
        yield Finding(
            "the cluster knows no gateways, so services are not reached from outside",
            "install a gateway controller, or set the environment up with --expose ingress",
        )
    if settings.expose is not Expose.INGRESS:
        return
    classes = _listed(resources, "/apis/networking.k8s.io/v1/ingressclasses")
    if classes is not None and settings.ingress_class not in (None, *classes):
        yield Finding(
            f"there is no ingress class {settings.ingress_class}", f"expected one of {classes}"
        )
    if classes == []:
        yield Finding(
            "no ingress controller is there, so services are not reached from outside",
            "install one, such as ingress-nginx or Traefik",
        )


def _secrets(settings: ClusterSettings, resources: Resources) -> Iterator[Finding]:
    wanted = {
        "--tls-secret": (settings.tls_secret, "kubectl create secret tls {} --cert … --key …"),
        "--pull-secret": (
            settings.pull_secret,
            "kubectl create secret docker-registry {} --docker-server …",
        ),
        "--gallery-secret": (
            settings.gallery_secret,
            "kubectl create secret generic {} --from-literal url=postgresql://…",
        ),
    }
    for flag, (name, fix) in wanted.items():
        if name is not None and _secret(resources, name) is None:
            where = f"-n {settings.namespace}"
            yield Finding(f"there is no Secret {name} ({flag})", f"{fix.format(name)} {where}")


def _volumes(settings: ClusterSettings, resources: Resources) -> Iterator[Finding]:
    classes = _listed(resources, "/apis/storage.k8s.io/v1/storageclasses")
    if classes is not None and settings.storage_class not in (None, *classes):
        yield Finding(
            f"there is no storage class {settings.storage_class}",
            f"name one of those there are: {', '.join(classes) or 'none'}",
        )


def _secret(resources: Resources, name: str) -> dict[str, Any] | None:
    try:
        return resources.get(SECRET, name)
    except EngineForbidden:  # told already
        return {}


def _listed(resources: Resources, path: str) -> list[str] | None:
    """Return the names of what is not of a namespace; None where the account may not look."""
    try:
        found = resources.api.request("GET", path) or {}
    except EngineError:
        return None
    return [str(each["metadata"]["name"]) for each in found.get("items", [])]
