"""Opens what the commands about services and environments work with."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facewright.environments.service_engine import ServiceEngine
    from facewright.management.environments import Environments
    from facewright.management.services import Services


@contextmanager
def opened_environments() -> Iterator["Environments"]:
    """Yield the environments of the settings."""
    from facewright.database.database import open_database
    from facewright.management.environments import Environments
    from facewright.settings import Settings

    with open_database(Settings().database_url) as database:
        yield Environments(database, docker_answers)


@contextmanager
def opened_services() -> Iterator["Services"]:
    """Yield the services of the settings."""
    from facewright.database.database import open_database
    from facewright.environments.catalogue import load_engine
    from facewright.management.environments import Environments
    from facewright.management.service_keys import ServiceKeys
    from facewright.management.service_rows import ServiceRows
    from facewright.management.services import ServicePlaces, Services
    from facewright.settings import Settings

    settings = Settings()
    data = settings.data_directory.absolute()

    @cache
    def engine(kind: str) -> "ServiceEngine":
        loaded = load_engine(kind, data)
        loaded.revive()
        return loaded

    places = ServicePlaces(data / "images", data / "modeldata", data / "services" / "commands")
    with open_database(settings.database_url) as database:
        environments = Environments(database, docker_answers)
        yield Services(
            ServiceRows(database), environments, engine, ServiceKeys(data / "keys"), places
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
