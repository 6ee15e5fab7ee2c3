"""Opens what the commands about services and environments work with."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facewright.environments.kubernetes.engine import KubernetesEngine
    from facewright.environments.service_engine import ServiceEngine
    from facewright.management.environments.cluster import ClusterEnvironments
    from facewright.management.environments.environments import Environments
    from facewright.management.records import Environment
    from facewright.management.services.cluster import ClusterServices
    from facewright.management.services.services import Services


@contextmanager
def opened_environments() -> Iterator["Environments"]:
    """Yield the environments of the settings."""
    from facewright.database.database import open_database
    from facewright.management.environments.environments import Environments
    from facewright.settings import Settings

    with open_database(Settings().database_url) as database:
        yield Environments(database, docker_answers)


@contextmanager
def opened_cluster_environments() -> Iterator["ClusterEnvironments"]:
    """Yield the environments of the settings that have a cluster."""
    from facewright.environments.kubernetes.loading import load_cluster
    from facewright.management.environments.cluster import ClusterEnvironments

    with opened_environments() as environments:
        yield ClusterEnvironments(environments, load_cluster)


@contextmanager
def opened_cluster_services() -> Iterator["ClusterServices"]:
    """Yield what only services in clusters can do."""
    from facewright.management.services.cluster import ClusterServices

    with opened_services() as services:
        yield ClusterServices(services)


@contextmanager
def opened_services() -> Iterator["Services"]:
    """Yield the services of the settings."""
    from facewright.database.database import open_database
    from facewright.environments.catalogue import load_engine
    from facewright.environments.kubernetes.loading import load_cluster
    from facewright.management.environments.environments import Environments
    from facewright.management.images.cluster import send_image
    from facewright.management.services.keys import ServiceKeys
    from facewright.management.services.plans import ServicePlaces, ServicePlans
    from facewright.management.services.rows import ServiceRows
    from facewright.management.services.services import Engines, Services
    from facewright.settings import Settings

    settings = Settings()
    data = settings.data_directory.absolute()

    @cache
    def engine(kind: str) -> "ServiceEngine":
        loaded = load_engine(kind, data)
        loaded.revive()
        return loaded

    clusters: dict[str, KubernetesEngine] = {}

    def cluster(environment: "Environment") -> "KubernetesEngine":
        if environment.id not in clusters:
            clusters[environment.id] = load_cluster(environment.details)
        return clusters[environment.id]

    places = ServicePlaces(data / "images", data / "modeldata", data / "services" / "commands")
    with open_database(settings.database_url) as database:
        environments = Environments(database, docker_answers)
        keys = ServiceKeys(data / "keys")
        yield Services(
            ServiceRows(database),
            environments,
            Engines(engine, cluster),
            keys,
            places,
            ServicePlans(keys, places, send_image),
        )


def docker_answers() -> bool:
    """Return whether a container engine answers."""
    from facewright.errors import EngineUnreachable

    try:
        from facewright.containers.docker import connect
    except ImportError:
        return False
    try:
        connect().close()
    except EngineUnreachable:
        return False
    return True


def interactive() -> bool:
    """Return whether somebody is there to answer a question."""
    return os.isatty(0)
