"""What only services in clusters can do: try an image, tell drift, be exported."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from facewright.environments.service_engine import Hear, ServicePlan
from facewright.errors import ManagementError
from facewright.management.records import Service
from facewright.management.services.rows import TRIED
from facewright.management.services.services import Services
from facewright.management.services.settings import ServiceSettings

if TYPE_CHECKING:
    from facewright.environments.kubernetes.drift import Difference
    from facewright.environments.kubernetes.engine import KubernetesEngine
    from facewright.environments.kubernetes.replicas import Replica
    from facewright.environments.kubernetes.resources import Manifest
    from facewright.environments.kubernetes.workload import Workload

_LEAST_SHARE, _MOST_SHARE = 1, 50


class ClusterServices:
    """The services of a database that live in clusters.

    Args:
        services: All services of the database.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def try_image(self, id: str, image_id: str, percent: int, hear: Hear) -> "Workload":
        """Let another image take a share of the requests, beside the one that a service runs.

        Args:
            id: Of the service.
            image_id: Of the image.
            percent: Of the requests, 1 to 50.
            hear: Hears what is done.

        Raises:
            ManagementError: The service is not in a cluster, or the share cannot be.
            EngineError: The image did not become ready; it takes no request.
        """
        if not _LEAST_SHARE <= percent <= _MOST_SHARE:
            raise ManagementError(
                f"--canary is out of range: expected {_LEAST_SHARE} to {_MOST_SHARE} per cent, "
                f"received {percent}"
            )
        with self._services.opened(id) as service:
            engine, settings = self._engine(service), _settings(service)
            image = self._services.rows.image(image_id)
            environment = self._services.environment(service)
            plan = self._services.plans.plan(service, environment, image, settings, hear)
            tried = engine.try_image(plan, percent, hear)
            self._services.rows.deploying(service.id, image, TRIED)
            return tried

    def promote(self, id: str, hear: Hear) -> Service:
        """Let the image that a service tries take all requests.

        Raises:
            ManagementError: It tries none.
        """
        with self._services.opened(id) as service:
            tried = self._services.rows.tried(service.id)
            if tried is None:
                raise _tries_none(service)
            state = self._engine(service).promote(service.name, hear)
            image, rows = self._services.rows.image(tried), self._services.rows
            rows.undone(service.id, TRIED)
            rows.deploying(service.id, image)
            return rows.deployed(service.id, image, service.settings, f"{state.url}/score")

    def abort(self, id: str, hear: Hear) -> Service:
        """Let the image that a service runs take all requests again.

        Raises:
            ManagementError: It tries none.
        """
        with self._services.opened(id) as service:
            if self._services.rows.tried(service.id) is None:
                raise _tries_none(service)
            self._engine(service).abort(service.name, hear)
            self._services.rows.undone(service.id, TRIED)
            return service

    def tried(self, service: Service) -> str | None:
        """Return the id of the image that a service tries, or None."""
        return self._services.rows.tried(service.id)

    def replicas(self, service: Service) -> "list[Replica]":
        """Return how each replica of a service is."""
        return self._engine(service).replicas(service.name)

    def differences(self, id: str) -> "Sequence[Difference]":
        """Return what in the cluster is not as a service's record says."""
        with self._services.opened(id) as service:
            return self._engine(service).differences(self._plan(service))

    def repair(self, id: str, hear: Hear) -> Service:
        """Make the cluster what a service's record says; an image that is tried is ended."""
        with self._services.opened(id) as service:
            self._engine(service).forget_tried(service.name)
            self._services.rows.undone(service.id, TRIED)
            self._services.restore_keys(service)
            image = self._services.rows.image(service.image_id)
            environment, settings = self._services.environment(service), _settings(service)
            return self._services.deploy(service, environment, image, settings, hear)

    def manifests(
        self, id: str, version: tuple[int, int] | None
    ) -> tuple[str, "Sequence[Manifest]"]:
        """Return what a service is made of, for people who deploy with their own tools.

        Args:
            id: Of the service.
            version: Of the Kubernetes they are for; None for that of the service's cluster.

        Returns:
            The namespace, and the objects; of its keys there are only the digests.
        """
        with self._services.opened(id) as service:
            engine = self._engine(service)
            return engine.settings.namespace, engine.exported(self._plan(service), version)

    def _plan(self, service: Service) -> ServicePlan:
        image = self._services.rows.image(service.image_id)
        environment = self._services.environment(service)
        return self._services.plans.plan(service, environment, image, _settings(service), _quiet)

    def _engine(self, service: Service) -> "KubernetesEngine":
        if not _settings(service).cluster:
            raise ManagementError(
                f"the service {service.id} is on this machine; this is for services in clusters",
                hint="set a cluster up with `facewright env setup --cluster`",
            )
        return self._services.engines.cluster(self._services.environment(service))


def _settings(service: Service) -> ServiceSettings:
    return ServiceSettings.from_column(service.settings)


def _quiet(line: str) -> None:
    pass


def _tries_none(service: Service) -> ManagementError:
    return ManagementError(
        f"the service {service.id} tries no image",
        hint="try one with `facewright service update realtime --image-id ID --canary 10`",
    )
