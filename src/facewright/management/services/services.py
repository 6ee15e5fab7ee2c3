"""Services: an image that runs at an address, which stays when the image changes."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from facewright.environments.service_engine import Hear, ServiceEngine, ServiceState
from facewright.errors import ManagementError
from facewright.management.environments.environments import CLUSTER, Environments, local_engine
from facewright.management.lineage import Lineage
from facewright.management.names import checked_service_name
from facewright.management.records import Deployment, Environment, ImageRecord, Service
from facewright.management.rows import missing
from facewright.management.services.calls import ServiceAddress
from facewright.management.services.keys import Keys, ServiceKeys
from facewright.management.services.plans import ServicePlaces, ServicePlans
from facewright.management.services.rows import BEGUN, SUCCEEDED, MadeOf, ServiceRows
from facewright.management.services.settings import ServiceSettings
from facewright.serving import keys

if TYPE_CHECKING:
    from facewright.environments.kubernetes.engine import KubernetesEngine


@dataclass(frozen=True)
class Engines:
    """Where service engines come from.

    Attributes:
        here: Returns that of a kind, such as ``process``, and brings back what it should run.
        cluster: Returns that of an environment with a cluster.
    """

    here: Callable[[str], ServiceEngine]
    cluster: Callable[[Environment], "KubernetesEngine"]

    def of(self, environment: Environment, settings: ServiceSettings) -> ServiceEngine:
        """Return the engine of services of these settings."""
        if settings.cluster:
            return self.cluster(environment)
        return self.here(local_engine(environment))


class Services:
    """The services of a database.

    Args:
        rows: Where they are remembered.
        environments: Where they live.
        engines: What runs them.
        keys: Their keys.
        places: Where their files are.
        plans: What engines are asked for.
    """

    def __init__(
        self,
        rows: ServiceRows,
        environments: Environments,
        engines: Engines,
        keys: ServiceKeys,
        places: ServicePlaces,
        plans: ServicePlans,
    ) -> None:
        self.rows = rows
        self.engines = engines
        self._environments = environments
        self._places = places
        self._keys = keys
        self.plans = plans

    def create(
        self,
        name: str,
        image_id: str,
        settings: ServiceSettings,
        hear: Hear,
        *,
        replace: Callable[[Service], bool] = lambda found: False,
    ) -> Service | None:
        """Run an image as a service of the current environment.

        What an interrupted command left of a service of this name is taken away first.

        Args:
            name: Of the service, and its id.
            image_id: Of the image.
            settings: What it shall be.
            hear: Hears what is done.
            replace: Asked when there is a service of this name: whether to put this in its place,
                at the same address unless a port is asked for.

        Returns:
            The service; None when what is there shall stay.

        Raises:
            ManagementError: The name or the image cannot be used.
            EngineError: It did not become ready; nothing is left of it, or what was there goes on.
        """
        checked_service_name(name)
        image = self.rows.image(image_id)
        environment = self._environments.show()
        id = name
        if environment.mode == CLUSTER:
            settings = settings.in_cluster()
            id = f"{name}.{environment.name}-{environment.id[:8]}"
        with self.locked(id):
            found = self.rows.find(id)
            if found is not None and found.state == SUCCEEDED:
                if not replace(found):
                    return None
                if self._fits(found, environment, settings):
                    return self.deploy(found, environment, image, settings, hear)
            if found is not None:
                self._remove(found)
            return self._create(id, name, environment, image, settings, hear)

    def update(
        self, id: str, image_id: str | None, changes: Mapping[str, Any], hear: Hear
    ) -> Service:
        """Let a service run another image, or with other settings; address and keys stay.

        Args:
            id: Of the service.
            image_id: Of the image; None for the one it runs.
            changes: Fields of `ServiceSettings` and `Autoscale`; None stays.
            hear: Hears what is done.

        Raises:
            NotFound: There is no such service or image.
            EngineError: It did not become ready; what was there goes on.
        """
        with self.opened(id) as service:
            image = self.rows.image(image_id or service.image_id)
            settings = ServiceSettings.from_column(service.settings).changed(changes)
            if settings.cluster:
                settings = settings.in_cluster()
            return self.deploy(service, self.environment(service), image, settings, hear)

    def rollback(self, id: str, hear: Hear) -> Service:
        """Let a service run the image again that it ran before.

        Raises:
            ManagementError: It never ran another.
        """
        with self.opened(id) as service:
            earlier = [
                each.image_id
                for each in self.rows.deployments(service.id)
                if each.expired is not None and each.image_id != service.image_id
            ]
            if not earlier:
                raise ManagementError(
                    f"the service {id} never ran another image",
                    hint="let it run one with `facewright service update realtime --image-id`",
                )
            image = self.rows.image(earlier[0])
            settings = ServiceSettings.from_column(service.settings)
            return self.deploy(service, self.environment(service), image, settings, hear)

    def delete(self, id: str) -> Service:
        """End a service and forget it, with its keys.

        Raises:
            NotFound: There is no such service.
        """
        service = self.show(id)
        with self.locked(service.id):
            self._remove(service)
        return service

    def show(self, id: str) -> Service:
        """Return a service by its name in the current environment, or by its id.

        Raises:
            NotFound: There is none.
        """
        service = self.rows.locate(id, self._environments.show().id)
        if service is None:
            raise missing("service", id, "facewright service list realtime")
        return service

    def standing(self, id: str) -> Service | None:
        """Return the service of a name in the current environment, unless it was never done."""
        environment = self._environments.show()
        found = self.rows.locate(id, environment.id)
        if found is not None and found.environment_id != environment.id:
            found = None
        return found if found is not None and found.state == SUCCEEDED else None

    def list(self) -> list[Service]:
        """Return all services, by name."""
        return self.rows.list()

    def deployments(self, id: str) -> Sequence[Deployment]:
        """Return what a service ran and runs, the newest first."""
        return self.rows.deployments(self.show(id).id)

    def state(self, service: Service) -> ServiceState | None:
        """Return what the engine knows of a service; None when it knows nothing of it.

        Raises:
            EngineUnreachable: The engine does not answer.
        """
        return self.engine(service).state(service.name)

    def address(self, id: str) -> ServiceAddress:
        """Return how a service is called.

        Raises:
            ManagementError: It has no address yet, or its keys are lost.
        """
        service = self.show(id)
        if service.address is None:
            raise ManagementError(
                f"the service {id} has no address: its state is {service.state}",
                hint="create it again, if the command that made it was interrupted",
            )
        settings = ServiceSettings.from_column(service.settings)
        key = self._keys.show(service.id).primary if settings.auth else None
        return ServiceAddress(service.address.removesuffix("/score"), key)

    def keys_of(self, id: str) -> Keys:
        """Return the keys of a service.

        Raises:
            ManagementError: It has none.
        """
        service = self.show(id)
        self._check_auth(service)
        return self._keys.show(service.id)

    def regenerate(self, id: str, slot: str, hear: Hear = lambda line: None) -> Keys:
        """Replace one key of a service; the other stays valid, and the new one is so at once.

        Args:
            id: Of the service.
            slot: ``primary`` or ``secondary``.
            hear: Hears what is done.
        """
        with self.opened(id) as service:
            self._check_auth(service)
            which = keys.SLOTS[0] if slot == "primary" else keys.SLOTS[1]
            settings = ServiceSettings.from_column(service.settings)
            if not settings.cluster:
                return self._keys.regenerate(service.id, which)
            engine = self.engines.cluster(self.environment(service))
            if not self._keys.has_spare(service.id):
                self._keys.take_over(service.id, engine.key_digests(service.name))
                engine.renew_keys(service.name, self._keys.digests(service.id).read_bytes())
            if (seconds := self._keys.not_known_for(service.id, which)) > 0:
                hear(f"Waiting {seconds:.0f} s, until every replica knows the key that comes next")
                time.sleep(seconds)
            made = self._keys.advance(service.id, which)
            engine.renew_keys(service.name, self._keys.digests(service.id).read_bytes())
            return made

    def restore_keys(self, service: Service) -> None:
        """Bring the digests of a service's keys to its cluster again, where they are kept here."""
        file = self._keys.digests(service.id)
        if file.is_file():
            engine = self.engines.cluster(self.environment(service))
            engine.renew_keys(service.name, file.read_bytes())

    def mode(self) -> str:
        """Return where new services of the current environment go: ``local`` or ``cluster``."""
        return self._environments.show().mode

    def made_of(self, service: Service) -> MadeOf:
        """Return what the image of a service was made of."""
        return self.rows.made_of(service.image_id)

    def lineage(self, id: str) -> Lineage:
        """Return where a service comes from: image, manifest, models, runs and photos."""
        return self.rows.lineage(self.show(id).id)

    def logs(self, service: Service) -> Iterator[str]:
        """Yield the lines that a service wrote, the oldest first."""
        return self.engine(service).logs(service.name)

    def _check_auth(self, service: Service) -> None:
        if not ServiceSettings.from_column(service.settings).auth:
            raise ManagementError(
                "Key operations not supported for local services without --auth",
                hint="create the service again with --auth to give it keys",
            )

    def _fits(self, service: Service, environment: Environment, settings: ServiceSettings) -> bool:
        """Whether a service can become another without giving up its address."""
        before = ServiceSettings.from_column(service.settings)
        same_place = (before.host, service.environment_id) == (settings.host, environment.id)
        return same_place and settings.port in (None, before.port)

    def _create(
        self,
        id: str,
        name: str,
        environment: Environment,
        image: ImageRecord,
        settings: ServiceSettings,
        hear: Hear,
    ) -> Service:
        engine = self.engines.of(environment, settings)
        engine.remove(name)
        self.rows.begin(id, name, environment, image, settings.as_column())
        try:
            begun = self.rows.find(id)
            return self.deploy(begun, environment, image, settings, hear)  # type: ignore[arg-type]
        except BaseException:
            self.rows.delete(id)
            self._keys.forget(id)
            raise

    def deploy(
        self,
        service: Service,
        environment: Environment,
        image: ImageRecord,
        settings: ServiceSettings,
        hear: Hear,
    ) -> Service:
        """Let the engine of a service, which is locked, run an image with settings."""
        plan = self.plans.plan(service, environment, image, settings, hear)
        self.rows.deploying(service.id, image)
        try:
            state = self.engines.of(environment, settings).deploy(plan, hear)
        except BaseException:
            self.rows.undone(service.id)
            raise
        address = f"{state.url}/score"
        return self.rows.deployed(service.id, image, settings.as_column(), address)

    @contextmanager
    def opened(self, id: str) -> Iterator[Service]:
        """Yield a service that no other command changes meanwhile.

        Raises:
            NotFound: There is none.
        """
        found = self.show(id)
        with self.locked(found.id):
            yield self._settled(self.show(found.id))

    def _settled(self, service: Service) -> Service:
        """Return a service after what an update that was killed at its very end had done."""
        begun = [each for each in self.rows.deployments(service.id) if each.status == BEGUN]
        state = self.state(service) if begun else None
        if not begun or state is None:
            return service
        image = self.rows.image(begun[0].image_id)
        cluster = ServiceSettings.from_column(service.settings).cluster
        running = self.plans.image(image, any_machine=cluster).manifest.digest
        if state.image != running:
            self.rows.undone(service.id)
            return service
        return self.rows.deployed(service.id, image, service.settings, f"{state.url}/score")

    def _remove(self, service: Service) -> None:
        self.engine(service).remove(service.name)
        self._keys.forget(service.id)
        self.rows.delete(service.id)

    def engine(self, service: Service) -> ServiceEngine:
        """Return the engine of a service."""
        settings = ServiceSettings.from_column(service.settings)
        return self.engines.of(self.environment(service), settings)

    def environment(self, service: Service) -> Environment:
        """Return the environment of a service."""
        known = {each.id: each for each in self._environments.list()}
        return known[service.environment_id]

    @contextmanager
    def locked(self, id: str) -> Iterator[None]:
        """Keep other commands from changing a service; its id is one of ours."""
        self._places.locks.mkdir(parents=True, exist_ok=True)
        with FileLock(self._places.locks / id):
            yield
