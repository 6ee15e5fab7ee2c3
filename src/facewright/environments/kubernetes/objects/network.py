"""How a service is reached, and whom it may reach itself."""

from typing import Any

from facewright.environments.kubernetes import labels
from facewright.environments.kubernetes.capabilities import Capabilities
from facewright.environments.kubernetes.objects.deployment import path_of
from facewright.environments.kubernetes.resources import INGRESS, POLICY, Manifest
from facewright.environments.kubernetes.settings import ClusterSettings, Expose
from facewright.environments.kubernetes.workload import Workload
from facewright.environments.server_command import PORT
from facewright.errors import EngineError

_OUTSIDE = 80


def service(settings: ClusterSettings, workload: Workload) -> Manifest:
    """Return the address that stays while pods come and go."""
    node = settings.expose is Expose.NODE_PORT
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(settings, workload),
        "spec": {
            "type": "NodePort" if node else "ClusterIP",
            "selector": {labels.INSTANCE: workload.name},
            "ports": [{"name": "http", "port": _OUTSIDE, "targetPort": "http", "protocol": "TCP"}],
        },
    }


def policy(settings: ClusterSettings, workload: Workload) -> Manifest:
    """Return who may talk to the pods, and to whom they may: to nobody, but for their database."""
    outward: list[dict[str, Any]] = []
    if settings.gallery_secret:
        names = [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]
        outward = [{"ports": names}, {"ports": [{"port": 5432, "protocol": "TCP"}]}]
    return {
        "apiVersion": POLICY.api,
        "kind": POLICY.name,
        "metadata": _metadata(settings, workload),
        "spec": {
            "podSelector": {"matchLabels": {labels.INSTANCE: workload.name}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"ports": [{"port": PORT, "protocol": "TCP"}]}],
            "egress": outward,
        },
    }


def entrance(settings: ClusterSettings, workload: Workload, able: Capabilities) -> Manifest | None:
    """Return what lets clients outside in at the environment's host, or None.

    Raises:
        EngineError: Gateways were asked for, and the cluster knows none.
    """
    if settings.expose is Expose.INGRESS:
        return _ingress(settings, workload)
    if settings.expose is Expose.GATEWAY:
        return _route(settings, workload, able)
    return None


def _ingress(settings: ClusterSettings, workload: Workload) -> Manifest:
    port = {"service": {"name": workload.name, "port": {"name": "http"}}}
    path = {"path": path_of(workload.service), "pathType": "Prefix", "backend": port}
    spec: dict[str, Any] = {"rules": [{"host": settings.ingress_host, "http": {"paths": [path]}}]}
    if settings.ingress_class:
        spec["ingressClassName"] = settings.ingress_class
    if settings.tls_secret:
        spec["tls"] = [{"hosts": [settings.ingress_host], "secretName": settings.tls_secret}]
    return {
        "apiVersion": INGRESS.api,
        "kind": INGRESS.name,
        "metadata": _metadata(settings, workload),
        "spec": spec,
    }


def _route(settings: ClusterSettings, workload: Workload, able: Capabilities) -> Manifest:
    if able.route is None:
        raise EngineError(
            "the cluster knows no gateways: its API gateway.networking.k8s.io is not there",
            hint="install a gateway controller, or set the environment up with --expose ingress",
        )
    place, _, name = str(settings.gateway).rpartition("/")
    parent = {"name": name, **({"namespace": place} if place else {})}
    match = {"path": {"type": "PathPrefix", "value": path_of(workload.service)}}
    return {
        "apiVersion": able.route.api,
        "kind": able.route.name,
        "metadata": _metadata(settings, workload),
        "spec": {
            "parentRefs": [parent],
            "hostnames": [settings.ingress_host],
            "rules": [
                {"matches": [match], "backendRefs": [{"name": workload.name, "port": _OUTSIDE}]}
            ],
        },
    }


def _metadata(settings: ClusterSettings, workload: Workload) -> dict[str, Any]:
    common = labels.of_service(settings, workload.service, workload.name)
    return {"name": workload.name, "labels": common}
