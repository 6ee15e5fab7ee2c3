"""A listener for ``/metrics`` alone, beside the one that everybody reaches."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from facewright.errors import ServiceError


class _Workers(Collector):
    """Adds up what the workers counted, whenever it is asked."""

    def __init__(self, folder: Path) -> None:
        self._collector = MultiProcessCollector(None, str(folder))  # type: ignore[no-untyped-call]

    def collect(self) -> Iterable[Metric]:
        found: Iterable[Metric] = self._collector.collect()  # type: ignore[no-untyped-call]
        return found


@contextlib.contextmanager
def metrics_listener(host: str, port: int, folder: Path) -> Iterator[int]:
    """Answer the workers' numbers on a port of its own while the block runs.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        folder: Where the workers count.

    Yields:
        The port.

    Raises:
        ServiceError: The address cannot be listened on.
    """
    registry = CollectorRegistry()
    registry.register(_Workers(folder))
    try:
        server, thread = start_http_server(port, host, registry)
    except (OSError, OverflowError) as error:
        raise ServiceError(f"cannot listen for metrics on {host}:{port}: {error}") from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
