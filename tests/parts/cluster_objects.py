"""What a service may be asked to be in a cluster, and the objects that make it so."""

from dataclasses import replace

from facewright.environments.kubernetes.capabilities import of_version
from facewright.environments.kubernetes.objects.whole import service_objects
from facewright.environments.kubernetes.resources import Manifest
from facewright.environments.kubernetes.settings import ClusterSettings, Expose
from facewright.environments.kubernetes.workload import Canary, Workload
from facewright.environments.service_engine import Scaling

DIGEST = f"sha256:{'a' * 64}"
COMMAND = ("python3", "-m", "facewright", "score", "serve", "score.py", "--port", "5001")
PLAIN = Workload("doors", f"registry.example/doors:1@{DIGEST}", DIGEST, "doors:1", COMMAND)
FULL = replace(
    PLAIN,
    replicas=3,
    cpu=0.5,
    memory=1_000_000_000,
    collect=True,
    scaling=Scaling(1, 10, 70),
    environment=(("A", "b"),),
    canary=Canary(f"registry.example/doors:2@{DIGEST}", DIGEST, "doors:2", COMMAND, 10, 1, 9),
)
BASE = ClusterSettings("0f-env", "office", "registry.example")
INGRESS = replace(
    BASE,
    expose=Expose.INGRESS,
    ingress_host="faces.example.org",
    ingress_class="nginx",
    tls_secret="faces-tls",
    pull_secret="pull",
    storage_class="shared",
    gallery_secret="people",
)
GATEWAY = replace(
    BASE, expose=Expose.GATEWAY, ingress_host="faces.example.org", gateway="infra/public"
)


def objects(
    workload: Workload = PLAIN,
    settings: ClusterSettings = BASE,
    version: tuple[int, int] = (1, 30),
    *,
    gateway: bool = False,
) -> list[Manifest]:
    """Return the objects of a workload, for a release of Kubernetes."""
    return service_objects(settings, workload, of_version(version, gateway=gateway))
