"""Where clients outside reach a service."""

from facewright.environments.kubernetes import labels
from facewright.environments.kubernetes.objects.deployment import path_of
from facewright.environments.kubernetes.resources import POD, SERVICE, Resources
from facewright.environments.kubernetes.settings import ClusterSettings, Expose
from facewright.environments.kubernetes.workload import object_name


def address(settings: ClusterSettings, resources: Resources, service: str) -> str:
    """Return the base address of a service; empty where the cluster has not given it one yet."""
    if settings.expose in (Expose.INGRESS, Expose.GATEWAY):
        scheme = "https" if settings.tls_secret or settings.gateway else "http"
        return f"{scheme}://{settings.ingress_host}{path_of(service)}"
    found = resources.get(SERVICE, object_name(service))
    if found is None:
        return ""
    if settings.expose is Expose.CLUSTER_IP:
        return f"http://{_host(found['spec']['clusterIP'])}{path_of(service)}"
    node = settings.address or _node(settings, resources, service)
    port = found["spec"]["ports"][0].get("nodePort")
    return f"http://{_host(node)}:{port}{path_of(service)}" if node and port else ""


def _node(settings: ClusterSettings, resources: Resources, service: str) -> str:
    """Return the address of a node that runs the service; no right to look at nodes is needed."""
    chosen = labels.choosing_service(settings, object_name(service))
    hosts = [each.get("status", {}).get("hostIP") for each in resources.find(POD, chosen)]
    return min((host for host in hosts if host), default="")


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
