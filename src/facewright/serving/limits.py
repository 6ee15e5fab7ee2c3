"""How much a server takes on."""

from dataclasses import dataclass

from facewright.wire.scoring import MAX_BODY_BYTES


@dataclass(frozen=True)
class Limits:
    """What a server accepts before it says no; each number holds for one worker.

    Attributes:
        body_bytes: Longest request body, in bytes.
        body_seconds: Longest time a client may take to send it.
        header_bytes: Longest request line and headers together, in bytes.
        headers: Most headers of a request.
        header_seconds: Longest time from a connection's or a request's first byte to the end of
            its headers.
        idle_seconds: How long a connection is kept open between requests.
        connections: Most connections open at once; further ones wait to be accepted.
        photos: Most photos in one request to a face route.
        waiting: How many requests may wait for the compute thread; further ones get 429.
        deadline_seconds: Longest time from a request's arrival to its answer, waiting included;
            the original's was 60 s.
        stuck_seconds: How long one call of ``run`` may take before its worker is taken for stuck
            and replaced.
        batch_wait_seconds: How long the compute thread waits for a batch to fill; 0 never waits.
        drain_seconds: How long a server told to stop still takes new requests, so that those who
            send them can be told of it.
        shutdown_seconds: How long requests under way may take after that.
    """

    body_bytes: int = MAX_BODY_BYTES
    body_seconds: float = 30.0
    header_bytes: int = 32_768
    headers: int = 100
    header_seconds: float = 10.0
    idle_seconds: float = 75.0
    connections: int = 1024
    photos: int = 16
    waiting: int = 32
    deadline_seconds: float = 60.0
    stuck_seconds: float = 600.0
    batch_wait_seconds: float = 0.0
    drain_seconds: float = 1.0
    shutdown_seconds: float = 20.0
