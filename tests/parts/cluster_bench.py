"""A data folder with an environment in a cluster, images for it, and its services."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import httpx
import steady_load
from cluster_part import TestCluster
from service_images import Shelf
from service_records import record_image
from waiting_part import until

from facewright.database.database import Database, open_database
from facewright.environments.kubernetes.engine import KubernetesEngine
from facewright.environments.kubernetes.loading import load_cluster
from facewright.environments.kubernetes.role import role
from facewright.environments.kubernetes.settings import ClusterSettings, Expose
from facewright.management.environments.cluster import ClusterEnvironments
from facewright.management.environments.environments import Environments
from facewright.management.images.cluster import send_image
from facewright.management.services.cluster import ClusterServices
from facewright.management.services.keys import ServiceKeys
from facewright.management.services.plans import Send, ServicePlaces, ServicePlans
from facewright.management.services.rows import ServiceRows
from facewright.management.services.services import Engines, Services
from facewright.management.services.settings import ServiceSettings

RATE = 30.0
_VERSIONS = {"apps": "v1", "autoscaling": "v1", "policy": "v1beta1", "networking.k8s.io": "v1"}


@dataclass
class ClusterBench:
    """An environment in a cluster with an account that has the documented role alone.

    Attributes:
        cluster: The cluster.
        database: Where records are.
        data: The data folder.
        shelf: Images.
        said: What was heard.
        send: Brings images to the registry.
    """

    cluster: TestCluster
    database: Database
    data: Path
    shelf: Shelf
    namespace: str = field(default_factory=lambda: f"fw-{uuid.uuid4().hex[:6]}")
    said: list[str] = field(default_factory=list)
    send: Send = send_image

    def image(self, text: str) -> str:
        """Return the id of an image with a script."""
        return record_image(self.data, self.shelf, text)

    def account(self, rules: list[dict[str, object]] | None = None) -> Path:
        """Return the kubeconfig of an account of the namespace; of the documented role for None."""
        return self.cluster.account(
            self.namespace, role(self.namespace)["rules"] if rules is None else rules, self.data
        )

    def settings(self, kubeconfig: Path, **more: object) -> ClusterSettings:
        """Return an environment on the cluster."""
        return ClusterSettings(
            environment="",
            name="office",
            registry=self.cluster.registry,
            kubeconfig=str(kubeconfig),
            namespace=self.namespace,
            expose=Expose.CLUSTER_IP,
            **{"ready_within": 120, **more},  # type: ignore[arg-type]
        )

    def within(self, seconds: int) -> None:
        """Let replicas be ready within other seconds."""
        from facewright.database.tables.management import EnvironmentRow

        with self.database.write() as session:
            row = session.query(EnvironmentRow).filter_by(name="office").one()
            row.details = {**row.details, "ready_within": seconds}

    @cached_property
    def environments(self) -> Environments:
        """The environments of the data folder."""
        return Environments(self.database, lambda: False)

    @cached_property
    def clusters(self) -> ClusterEnvironments:
        """Those with a cluster."""
        return ClusterEnvironments(self.environments, load_cluster)

    @property
    def services(self) -> Services:
        """The services, as a new command would have them."""
        keys = ServiceKeys(self.data / "keys")
        places = ServicePlaces(self.data / "images", self.data / "kept", self.data / "locks")

        def none(kind: str) -> object:
            raise AssertionError(kind)

        return Services(
            ServiceRows(self.database),
            self.environments,
            Engines(none, lambda found: load_cluster(found.details)),  # type: ignore[arg-type]
            keys,
            places,
            ServicePlans(keys, places, self.send),
        )

    @property
    def tried(self) -> ClusterServices:
        """What only services in clusters can do."""
        return ClusterServices(self.services)

    def create(self, name: str, image: str, **settings: object) -> str:
        """Create a service; return its id."""
        wanted = ServiceSettings().changed({"cpu": 0.02, "memory": "200M", **settings})
        made = self.services.create(name, image, wanted, self.hear)
        assert made is not None
        return made.id

    def update(self, id: str, image: str | None = None, **changes: object) -> None:
        """Change a service."""
        self.services.update(id, image, changes, self.hear)

    def hear(self, line: str) -> None:
        """Remember a line."""
        self.said.append(line)

    def pods(self, selector: str = "app.kubernetes.io/component=service") -> list[str]:
        """Return the pods of services."""
        return self.cluster.names("pods", self.namespace, selector)

    def engine(self, kubeconfig: Path | None = None) -> KubernetesEngine:
        """Return the engine of the environment, with another account where one is given."""
        details = self.environments.show("office").details
        more = {"kubeconfig": str(kubeconfig)} if kubeconfig else {}
        return load_cluster({**details, **more})

    def path(self, group: str, resource: str) -> str:
        """Return where the API server has the objects of a kind in the namespace."""
        root = f"/apis/{group}/{_VERSIONS[group]}" if group else "/api/v1"
        plain, _, inner = resource.partition("/")
        end = f"/x/{inner}" if inner else ""
        return f"{root}/namespaces/{self.namespace}/{plain}{end}"

    def ask(self, id: str, request: str = "plain") -> str:
        """Return what a service answers, over a connection of its own."""
        address = self.services.address(id)
        sent = {"input_bytes": "x"}
        headers = {**address.headers, "connection": "close", "x-request-id": request}
        said = httpx.post(f"{address.base}/score", json=sent, headers=headers, trust_env=False)
        return str(said.raise_for_status().json()["answer"])

    def ready(self, id: str) -> int:
        """Return how many replicas of a service are ready."""
        return len(self._ready(id))

    def one_ready(self, id: str) -> str:
        """Return the pod of a ready replica."""
        return self._ready(id)[0]

    def _ready(self, id: str) -> list[str]:
        found = self.tried.replicas(self.services.show(id))
        return [each.name for each in found if each.state == "Ready"]

    def left(self) -> list[str]:
        """Return what has a label of the environment."""
        kinds = (
            "deployments,replicasets,pods,services,secrets,configmaps,serviceaccounts,"
            "horizontalpodautoscalers,poddisruptionbudgets,networkpolicies,ingresses,"
            "persistentvolumeclaims"
        )
        return self.cluster.names(kinds, self.namespace, "app.kubernetes.io/managed-by=facewright")


@contextmanager
def cluster_bench(cluster: TestCluster, data: Path, shelf: Shelf) -> Iterator[ClusterBench]:
    """Yield a bench with a namespace of its own, which is deleted at its end."""
    data.mkdir(parents=True, exist_ok=True)
    with open_database(f"sqlite:///{data / 'facewright.db'}") as database:
        bench = ClusterBench(cluster, database, data, shelf)
        cluster.kubectl("create", "namespace", bench.namespace)
        try:
            yield bench
        finally:
            cluster.kubectl("delete", "namespace", bench.namespace, "--wait=false")


class SteadyLoad:
    """Load on a service, from a process of its own.

    Args:
        url: Its base address.
        key: One of its keys.
        file: Where the process tells what it saw.
    """

    def __init__(self, url: str, key: str, file: Path) -> None:
        self._file = file
        command = [sys.executable, steady_load.__file__, f"{url}/score", str(file), str(RATE)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
        self._say(key)

    def key(self, key: str) -> None:
        """Let the requests from now on have another key."""
        self._say(key)

    def told(self) -> dict[str, object]:
        """Return what the clients saw up to now."""
        before = self._file.stat().st_mtime_ns if self._file.exists() else 0
        self._say("")
        until(lambda: self._file.exists() and self._file.stat().st_mtime_ns != before)
        found: dict[str, object] = json.loads(self._file.read_text())
        return found

    def check(self, what: str, *answers: str) -> None:
        """Fail when a request failed, or none had one of some answers since the last check."""
        told = self.told()
        assert told["failed"] == 0, f"{what}: {told['failed']} failed: {told['failures']}"
        for answer in answers:
            before = self._count(answer)
            until(lambda answer=answer, before=before: self._count(answer) > before + 20)  # type: ignore[misc]
        assert self.told()["failed"] == 0, f"{what}: {self.told()['failures']}"

    def end(self) -> dict[str, object]:
        """End the load, and return what the clients saw."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        found: dict[str, object] = json.loads(self._file.read_text())
        return found

    def _count(self, answer: str) -> int:
        counts = self.told()["answers"]
        assert isinstance(counts, dict)
        return int(counts.get(answer, 0))

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
