"""Labels and names of what is made for an environment, by which it is found again."""

from facewright.environments.kubernetes.settings import ClusterSettings

MANAGER = "facewright"
INSTANCE = "app.kubernetes.io/instance"
ENVIRONMENT = "facewright/environment"
SERVICE = "facewright/service"
TRACK = "facewright/track"
WORKLOAD = "facewright/workload"
STABLE, CANARY = "stable", "canary"
ACCOUNT = "facewright-service"
MARK = "facewright-environment"


def of_environment(settings: ClusterSettings) -> dict[str, str]:
    """Return the labels of everything of an environment."""
    return {
        "app.kubernetes.io/managed-by": MANAGER,
        "app.kubernetes.io/part-of": settings.name,
        ENVIRONMENT: settings.environment,
    }


def of_service(settings: ClusterSettings, service: str, name: str) -> dict[str, str]:
    """Return the labels of everything of a service, whose objects are called `name`."""
    return {
        "app.kubernetes.io/name": "scoring",
        "app.kubernetes.io/component": "service",
        INSTANCE: name,
        SERVICE: service,
        **of_environment(settings),
    }


def selector(labels: dict[str, str]) -> str:
    """Return what chooses objects with these labels."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def choosing_environment(settings: ClusterSettings) -> str:
    """Return what chooses everything of an environment."""
    return selector({ENVIRONMENT: settings.environment})


def choosing_service(settings: ClusterSettings, name: str) -> str:
    """Return what chooses everything of a service."""
    return selector({ENVIRONMENT: settings.environment, INSTANCE: name})
