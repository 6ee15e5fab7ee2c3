"""What a service's log says, as the original showed it."""

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

_SERVER = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class LogLine:
    """A line of a service's log.

    Attributes:
        timestamp: ISO 8601, or empty for a line of something else than the server.
        level: Such as ``INFO``; ``PRINT_STATEMENT`` for what the script printed.
        request_id: Zeros outside a request.
        message: The text; a failure's traceback comes after it, in one line each.
    """

    timestamp: str
    level: str
    request_id: str
    message: str

    def __str__(self) -> str:
        return ", ".join((self.timestamp, self.level, self.request_id, self.message))


def read_log(
    lines: Iterable[str], request_id: str | None = None, most: int = 5000
) -> list[LogLine]:
    """Return the last lines of a log.

    Args:
        lines: As the service wrote them.
        request_id: Only those of this request.
        most: How many at most.
    """
    read = (each for line in lines if line for each in _read(line))
    chosen = (each for each in read if request_id in (None, each.request_id))
    return list(deque(chosen, maxlen=most))


def _read(line: str) -> list[LogLine]:
    try:
        said = json.loads(line)
        first = LogLine(
            str(said["timestamp"]), str(said["level"]), str(said["requestId"]), str(said["message"])
        )
        rest = str(said.get("exception", "")).splitlines()
    except (ValueError, KeyError, TypeError):
        return [LogLine("", "", _SERVER, line)]
    failed = (LogLine(first.timestamp, first.level, first.request_id, each) for each in rest)
    return [first, *failed]
