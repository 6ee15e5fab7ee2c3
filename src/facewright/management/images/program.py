"""What a container of a service starts, and as whom: the same in every image."""

from collections.abc import Mapping

from facewright.containers.oci.build import Settings

LIBRARIES = "opt/facewright/lib"
APP = "app"
PORT = 5001
# Nobody's: the number that distroless images gave to their user `nonroot`.
USER = "65532:65532"

_ENVIRONMENT = {
    "PYTHONPATH": f"/{LIBRARIES}",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "HOME": "/tmp",  # noqa: S108 - the only folder of a container that can be written to
    "FACEWRIGHT_CACHE_DIRECTORY": "/tmp/facewright",  # noqa: S108
    "FACEWRIGHT_DATA_DIRECTORY": "/tmp/facewright-data",  # noqa: S108
    "ORT_DISABLE_TELEMETRY": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "1",
}


def program(driver: str, schema: str | None, labels: Mapping[str, str]) -> Settings:
    """Return how containers start.

    Args:
        driver: Path of the scoring script below `APP`.
        schema: Path of its schema there, or None for the server's own default.
        labels: What is said about the image.
    """
    command = ["python3", "-m", "facewright", "score", "serve", driver]
    command += ["--host", "0.0.0.0", "--port", str(PORT)]  # noqa: S104 - of the container alone
    if schema is not None:
        command += ["--schema", schema]
    return Settings(
        command=command,
        user=USER,
        folder=f"/{APP}",
        port=PORT,
        environment=_ENVIRONMENT,
        labels=labels,
    )
