"""How much a server takes on."""

from dataclasses import dataclass

from facewright.wire.scoring import MAX_BODY_BYTES


@dataclass(frozen=True)
class Limits:
    """What a server accepts before it says no.

    Attributes:
        body_bytes: Longest request body, in bytes.
        body_seconds: Longest time a client may take to send it.
        concurrent_runs: How many calls of ``run`` may be under way at once. The original called
            it one at a time in each worker, so scripts may not expect more.
        waiting_runs: How many requests may wait for their turn; further ones are refused.
        shutdown_seconds: How long requests under way may take once the server is told to stop.
    """

    body_bytes: int = MAX_BODY_BYTES
    body_seconds: float = 30.0
    concurrent_runs: int = 1
    waiting_runs: int = 32
    shutdown_seconds: int = 20
