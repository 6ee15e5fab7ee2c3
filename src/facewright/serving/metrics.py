"""What a server counts and times, for Prometheus.

HTTP metrics have OpenTelemetry's names for HTTP servers; ours begin with ``facewright_``. No
label holds a key, a person or anything else a client sends: only routes, never paths.

Where ``PROMETHEUS_MULTIPROC_DIR`` is set before the library is imported, as the supervisor does
for its workers, the numbers live in files that all workers share, and `exposition` adds them up.
"""

from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

# Those OpenTelemetry advises, and two smaller: a /score without a photo takes under 1 ms.
_SECONDS = (
    (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1)
    + (2.5, 5, 7.5, 10)
)  # fmt: skip
_BYTES = (1e3, 1e4, 1e5, 1e6, 1e7, 1e8)
_COUNTS = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """One server's numbers.

    Args:
        folder: Where the workers of a server share them; None for this process's own.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._registry = CollectorRegistry()
        self._declare_http()
        self._declare_queue()
        self._declare_recognition()
        self._series: dict[tuple[str, str, int], Histogram] = {}
        self._waits: dict[str, tuple[Histogram, Histogram]] = {}

    def _declare_http(self) -> None:
        self._requests = self._histogram(
            "http_server_request_duration_seconds",
            "Duration of HTTP requests.",
            ("http_request_method", "http_route", "http_response_status_code"),
        )
        self._bodies = self._histogram(
            "http_server_request_body_size_bytes", "Size of HTTP request bodies.", (), _BYTES
        )
        self._active = self._gauge("http_server_active_requests", "HTTP requests under way.")

    def _declare_queue(self) -> None:
        self._queue_length = self._gauge(
            "facewright_inference_queue_length", "Requests that wait for the compute thread."
        )
        self._queued = self._histogram(
            "facewright_inference_queue_duration_seconds",
            "Time that requests waited for the compute thread.",
            ("batcher",),
        )
        self._batches = self._histogram(
            "facewright_inference_batch_size", "Requests computed together.", ("batcher",), _COUNTS
        )
        self._shed = Counter(
            "facewright_inference_shed",
            "Requests refused because the queue was full.",
            registry=self._registry,
        )

    def _declare_recognition(self) -> None:
        self._stages = self._histogram(
            "facewright_inference_stage_duration_seconds",
            "Time of one stage: decode, detect, align, embed, classify.",
            ("stage",),
        )
        self._faces = Counter(
            "facewright_faces",
            "Faces found, by whether they were named.",
            ("answer",),
            registry=self._registry,
        )
        self._model = Gauge(
            "facewright_model_info",
            "The model that answers; always 1.",
            ("name", "version", "digest"),
            multiprocess_mode="livemax",
            registry=self._registry,
        )

    def _histogram(
        self, name: str, says: str, labels: Sequence[str], buckets: Sequence[float] = _SECONDS
    ) -> Histogram:
        return Histogram(name, says, labels, buckets=buckets, registry=self._registry)

    def _gauge(self, name: str, says: str) -> Gauge:
        # The sum over the workers that live.
        return Gauge(name, says, multiprocess_mode="livesum", registry=self._registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Hear of an answered request.

        Args:
            method: Its HTTP method, of those that are registered.
            route: The pattern of its route, empty where none fits.
            status: Status of the answer.
            seconds: From its headers to the end of the answer.
        """
        key = (method, route, status)
        series = self._series.get(key)
        if series is None:  # looking labels up takes longer than observing
            series = self._series[key] = self._requests.labels(method, route, str(status))
        series.observe(seconds)

    def active(self, change: int) -> None:
        """Hear that a request began (1) or ended (-1)."""
        self._active.inc(change)

    def body(self, size: int) -> None:
        """Hear the size of a body, in bytes."""
        self._bodies.observe(size)

    def queue_length(self, length: int) -> None:
        """Hear how many requests wait."""
        self._queue_length.set(length)

    def batch(self, batcher: str, waited: Sequence[float]) -> None:
        """Hear that requests are computed together, and how long each waited, in seconds."""
        pair = self._waits.get(batcher)
        if pair is None:
            pair = self._queued.labels(batcher), self._batches.labels(batcher)
            self._waits[batcher] = pair
        queued, batches = pair
        for seconds in waited:
            queued.observe(seconds)
        batches.observe(len(waited))

    def shed(self) -> None:
        """Hear that a request was refused because the queue was full."""
        self._shed.inc()

    def stage(self, stage: str, seconds: float) -> None:
        """Hear how long a stage took: decode, detect, align, embed or classify."""
        self._stages.labels(stage).observe(seconds)

    def faces(self, *, named: int, unknown: int) -> None:
        """Hear how many faces were named, and how many are nobody the model knows."""
        self._faces.labels("named").inc(named)
        self._faces.labels("unknown").inc(unknown)

    def model(self, *, name: str, version: str, digest: str) -> None:
        """Hear which model answers."""
        self._model.labels(name, version, digest).set(1)

    def exposition(self) -> bytes:
        """Return the numbers of all workers in Prometheus's text format."""
        return generate_latest(self._registry) if self._folder is None else shared(self._folder)


def shared(folder: Path) -> bytes:
    """Return what all workers counted in a folder, in Prometheus's text format."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def forget_worker(folder: Path, pid: int) -> None:
    """Take the gauges of a worker that ended out of a folder; its counts stay."""
    mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
