"""Services: an image that runs at an address, which stays when the image changes."""

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from facewright.containers.oci.descriptor import Descriptor, Platform
from facewright.containers.oci.layout import Image, Layout
from facewright.environments.service_engine import Hear, ServiceEngine, ServicePlan, ServiceState
from facewright.errors import ManagementError
from facewright.management.environments import CLUSTER, Environments
from facewright.management.lineage import Lineage
from facewright.management.names import checked_service_name
from facewright.management.records import Deployment, Environment, ImageRecord, Service
from facewright.management.rows import missing
from facewright.management.service_calls import ServiceAddress
from facewright.management.service_keys import Keys, ServiceKeys
from facewright.management.service_rows import BEGUN, SUCCEEDED, MadeOf, ServiceRows
from facewright.management.service_settings import ServiceSettings

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64", "AMD64": "amd64"}

Engines = Callable[[str], ServiceEngine]
"""Returns the service engine of a kind, such as ``process``, and brings back what it should run."""


@dataclass(frozen=True)
class ServicePlaces:
    """Where the files of services are.

    Attributes:
        images: Layout with the images.
        collected: For answers that services keep.
        locks: For locks between commands.
    """

    images: Path
    collected: Path
    locks: Path


class Services:
    """The services of a database.

    Args:
        rows: Where they are remembered.
        environments: Where they live.
        engines: What runs them.
        keys: Their keys.
        places: Where their files are.
    """

    def __init__(
        self,
        rows: ServiceRows,
        environments: Environments,
        engines: Engines,
        keys: ServiceKeys,
        places: ServicePlaces,
    ) -> None:
        self._rows = rows
        self._environments = environments
        self._engines = engines
        self._places = places
        self._keys = keys

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
        image = self._rows.image(image_id)
        environment = self._environments.show()
        if environment.mode == CLUSTER:
            raise ManagementError(
                "cluster environments come with Kubernetes support, which is not there yet",
                hint="switch with `facewright env local`",
            )
        with self._locked(name):
            found = self._rows.find(name)
            if found is not None and found.state == SUCCEEDED:
                if not replace(found):
                    return None
                if self._fits(found, environment, settings):
                    return self._deploy(found.id, environment, image, settings, hear)
            if found is not None:
                self._remove(found)
            return self._create(name, environment, image, settings, hear)

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
        with self._locked(id):
            service = self._settled(self.show(id))
            image = self._rows.image(image_id or service.image_id)
            settings = ServiceSettings.from_column(service.settings).changed(changes)
            return self._deploy(id, self._environment(service), image, settings, hear)

    def rollback(self, id: str, hear: Hear) -> Service:
        """Let a service run the image again that it ran before.

        Raises:
            ManagementError: It never ran another.
        """
        with self._locked(id):
            service = self._settled(self.show(id))
            earlier = [
                each.image_id
                for each in self._rows.deployments(id)
                if each.expired is not None and each.image_id != service.image_id
            ]
            if not earlier:
                raise ManagementError(
                    f"the service {id} never ran another image",
                    hint="let it run one with `facewright service update realtime --image-id`",
                )
            image = self._rows.image(earlier[0])
            settings = ServiceSettings.from_column(service.settings)
            return self._deploy(id, self._environment(service), image, settings, hear)

    def delete(self, id: str) -> Service:
        """End a service and forget it, with its keys.

        Raises:
            NotFound: There is no such service.
        """
        with self._locked(id):
            service = self.show(id)
            self._remove(service)
        return service

    def show(self, id: str) -> Service:
        """Return a service by its id or name, which are the same here.

        Raises:
            NotFound: There is none.
        """
        service = self._rows.find(id)
        if service is None:
            raise missing("service", id, "facewright service list realtime")
        return service

    def standing(self, id: str) -> Service | None:
        """Return the service of an id, unless none was ever done making."""
        found = self._rows.find(id)
        return found if found is not None and found.state == SUCCEEDED else None

    def list(self) -> list[Service]:
        """Return all services, by name."""
        return self._rows.list()

    def deployments(self, id: str) -> Sequence[Deployment]:
        """Return what a service ran and runs, the newest first."""
        return self._rows.deployments(self.show(id).id)

    def state(self, service: Service) -> ServiceState | None:
        """Return what the engine knows of a service; None when it knows nothing of it.

        Raises:
            EngineUnreachable: The engine does not answer.
        """
        return self._engine(service).state(service.name)

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
        key = self._keys.show(id).primary if settings.auth else None
        return ServiceAddress(service.address.removesuffix("/score"), key)

    def keys_of(self, id: str) -> Keys:
        """Return the keys of a service.

        Raises:
            ManagementError: It has none.
        """
        self._check_auth(self.show(id))
        return self._keys.show(id)

    def regenerate(self, id: str, slot: str) -> Keys:
        """Replace one key of a service; the other stays valid.

        Args:
            id: Of the service.
            slot: ``primary`` or ``secondary``.
        """
        with self._locked(id):
            self._check_auth(self.show(id))
            return self._keys.regenerate(id, "primary" if slot == "primary" else "secondary")

    def made_of(self, service: Service) -> MadeOf:
        """Return what the image of a service was made of."""
        return self._rows.made_of(service.image_id)

    def lineage(self, id: str) -> Lineage:
        """Return where a service comes from: image, manifest, models, runs and photos."""
        return self._rows.lineage(id)

    def logs(self, service: Service) -> Iterator[str]:
        """Yield the lines that a service wrote, the oldest first."""
        return self._engine(service).logs(service.name)

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
        name: str,
        environment: Environment,
        image: ImageRecord,
        settings: ServiceSettings,
        hear: Hear,
    ) -> Service:
        self._engines(environment.engine).remove(name)
        self._rows.begin(name, environment, image, settings.as_column())
        try:
            return self._deploy(name, environment, image, settings, hear)
        except BaseException:
            self._rows.delete(name)
            self._keys.forget(name)
            raise

    def _deploy(
        self,
        id: str,
        environment: Environment,
        image: ImageRecord,
        settings: ServiceSettings,
        hear: Hear,
    ) -> Service:
        plan = self._plan(id, image, settings)
        self._rows.deploying(id, image)
        try:
            state = self._engines(environment.engine).deploy(plan, hear)
        except BaseException:
            self._rows.undone(id)
            raise
        address = f"{state.url}/score"
        return self._rows.deployed(id, image, settings.as_column(), address)

    def _plan(self, id: str, image: ImageRecord, settings: ServiceSettings) -> ServicePlan:
        layout = Layout(self._places.images)
        if settings.auth:
            self._keys.ensure(id)
        return ServicePlan(
            name=id,
            layout=layout,
            image=_image_of(layout, str(image.digest)),
            host=settings.host,
            port=settings.port,
            replicas=settings.replicas or 1,
            cpus=settings.cpu,
            memory=settings.memory_bytes,
            waiting=settings.waiting,
            keys=self._keys.digests(id) if settings.auth else None,
            collect=self._places.collected if settings.collect else None,
        )

    def _settled(self, service: Service) -> Service:
        """Return a service after what an update that was killed at its very end had done."""
        begun = [each for each in self._rows.deployments(service.id) if each.status == BEGUN]
        state = self.state(service) if begun else None
        if not begun or state is None:
            return service
        image = self._rows.image(begun[0].image_id)
        running = _image_of(Layout(self._places.images), str(image.digest)).manifest.digest
        if state.image != running:
            self._rows.undone(service.id)
            return service
        return self._rows.deployed(service.id, image, service.settings, f"{state.url}/score")

    def _remove(self, service: Service) -> None:
        self._engine(service).remove(service.name)
        self._keys.forget(service.id)
        self._rows.delete(service.id)

    def _engine(self, service: Service) -> ServiceEngine:
        return self._engines(self._environment(service).engine)

    def _environment(self, service: Service) -> Environment:
        known = {each.id: each for each in self._environments.list()}
        return known[service.environment_id]

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        checked_service_name(name)  # it names a file
        self._places.locks.mkdir(parents=True, exist_ok=True)
        with FileLock(self._places.locks / name):
            yield


def _image_of(layout: Layout, digest: str) -> Image:
    """Return the image of a digest, a manifest's or an index's, for this machine."""
    found = Descriptor("", digest, 0)
    media_type = str(layout.document(found).get("mediaType", ""))
    machine = platform.machine()
    wanted = Platform(architecture=_MACHINES.get(machine, machine))
    return layout.image(Descriptor(media_type, digest, 0), wanted)
