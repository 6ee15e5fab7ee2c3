"""What a server is started with; travels from the supervisor to its workers as JSON."""

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from facewright.serving.collector import Collection
from facewright.serving.limits import Limits

THREADS = "FACEWRIGHT_THREADS"
"""Variable that tells a worker how many threads its networks may compute with."""


@dataclass(frozen=True)
class Specification:
    """What a server is started with.

    Attributes:
        script: The scoring script.
        schema: Its schema.json; without one, ``run`` gets the body as text.
        name: The service, for its documents.
        host: Address to listen on; other machines reach it only if it is not loopback.
        port: Port to listen on; 0 takes a free one.
        workers: How many processes answer; 0 for one per core.
        limits: How much each takes on.
        keys: File of keys; None for a server that needs none.
        open_to_all: Whether to listen beyond this machine without keys.
        metrics_port: Port of a listener for ``/metrics`` alone; None to keep it a route.
        tls_cert: Certificate chain in PEM; None for plain HTTP.
        tls_key: Its private key in PEM.
        cors_origins: Web pages of these origins may call the service.
        collection: Answers to keep; None keeps none.
        tracing: Whether to send traces as OpenTelemetry's variables say.
        access_log: Whether every request has a line in the log.
        gallery_url: Database of the enrolled people; None keeps them beside the model file. It may
            hold a password, and is never shown.
        prefix: What may stand before the paths of requests.
    """

    script: Path
    schema: Path | None = None
    name: str = "service"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 0
    limits: Limits = Limits()
    keys: Path | None = None
    open_to_all: bool = False
    metrics_port: int | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    cors_origins: tuple[str, ...] = ()
    collection: Collection | None = None
    tracing: bool = False
    access_log: bool = True
    gallery_url: str | None = field(default=None, repr=False)
    prefix: str = ""

    def resolved(self) -> "Specification":
        """Return the same with paths that hold in any folder.

        Links stay links: what Kubernetes mounts is changed by letting a link lead elsewhere.
        """
        changed: dict[str, Any] = {
            field.name: value.absolute()
            for field in dataclasses.fields(self)
            if isinstance(value := getattr(self, field.name), Path)
        }
        if self.collection is not None:
            folder = self.collection.folder.absolute()
            changed["collection"] = dataclasses.replace(self.collection, folder=folder)
        return dataclasses.replace(self, **changed)

    def to_json(self) -> bytes:
        """Return this as JSON."""
        return _ADAPTER.dump_json(self)

    @classmethod
    def from_json(cls, text: bytes) -> "Specification":
        """Return what `to_json` wrote."""
        return _ADAPTER.validate_json(text)


_ADAPTER = TypeAdapter(Specification)
