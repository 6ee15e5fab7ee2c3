"""From what is remembered of a service to what its engine is asked for."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from facewright.containers.oci.descriptor import INDEX, Descriptor, Platform
from facewright.containers.oci.layout import Image, Layout
from facewright.environments.service_engine import Hear, Scaling, ServicePlan
from facewright.management.images.names import docker_name
from facewright.management.records import Environment, ImageRecord, Service
from facewright.management.services.keys import ServiceKeys
from facewright.management.services.rows import SUCCEEDED
from facewright.management.services.settings import ServiceSettings

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64", "AMD64": "amd64"}

Send = Callable[[Layout, Descriptor, ImageRecord, Environment, Hear], str]
"""Sends an image to the registry of an environment; returns where it is there, by digest."""


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


class ServicePlans:
    """Makes plans for engines.

    Args:
        keys: The services' keys.
        places: Where their files are.
        send: Brings images to the registries of clusters.
    """

    def __init__(self, keys: ServiceKeys, places: ServicePlaces, send: Send) -> None:
        self._keys = keys
        self._places = places
        self._send = send

    def plan(
        self,
        service: Service,
        environment: Environment,
        image: ImageRecord,
        settings: ServiceSettings,
        hear: Hear,
    ) -> ServicePlan:
        """Return what a service shall be, its keys made and its image where its engine finds it."""
        layout = Layout(self._places.images)
        self._ensure_keys(service, settings)
        location = ""
        if settings.cluster:
            location = self._send(layout, _whole(layout, image), image, environment, hear)
        return ServicePlan(
            name=service.name,
            layout=layout,
            image=self.image(image, any_machine=settings.cluster),
            host=settings.host,
            port=settings.port,
            replicas=settings.replicas or 1,
            cpus=settings.cpu,
            memory=settings.memory_bytes,
            waiting=settings.waiting,
            keys=self._keys.digests(service.id) if settings.auth else None,
            collect=self._places.collected if settings.collect else None,
            title=docker_name(image),
            location=location,
            scaling=_scaling(settings),
        )

    def _ensure_keys(self, service: Service, settings: ServiceSettings) -> None:
        if not settings.auth or (settings.cluster and service.state == SUCCEEDED):
            return  # those of a service in a cluster may be on another machine
        self._keys.ensure(service.id)
        if settings.cluster:
            self._keys.ensure_spare(service.id)

    def image(self, image: ImageRecord, *, any_machine: bool) -> Image:
        """Return an image for this machine, or for any where it is not for this one."""
        layout = Layout(self._places.images)
        whole = _whole(layout, image)
        machine = platform.machine()
        wanted = Platform(architecture=_MACHINES.get(machine, machine))
        if any_machine and str(wanted) not in image.platforms:
            wanted = Platform.parse(image.platforms[0])
        return layout.image(whole, wanted)


def _whole(layout: Layout, image: ImageRecord) -> Descriptor:
    """Return the image for all its machines: a manifest's descriptor, or an index's."""
    found = Descriptor("", str(image.digest), 0)
    document = layout.document(found)
    size = len(layout.blobs.read(found.digest))
    return Descriptor(str(document.get("mediaType", INDEX)), found.digest, size)


def _scaling(settings: ServiceSettings) -> Scaling | None:
    asked = settings.autoscale
    if not settings.cluster or not asked.enabled:
        return None
    return Scaling(asked.least, asked.most, asked.utilization)
