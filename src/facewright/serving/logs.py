"""The server's log: one JSON object a line, on stderr.

Each has ``timestamp``, ``level``, ``requestId`` (zeros outside a request) and ``message``; a
failure has ``exception`` with the traceback. What the scoring script prints becomes lines of
level ``PRINT_STATEMENT``, as in the original.
"""

import datetime
import io
import json
import logging
import sys
import threading

from facewright.serving import request_id

PRINT_STATEMENT = 25


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line = {
            "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "requestId": request_id.current.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure(level: int = logging.INFO) -> None:
    """Send everything that is logged to stderr as JSON lines; for a process that is a server."""
    logging.addLevelName(PRINT_STATEMENT, "PRINT_STATEMENT")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # uvicorn's own words about its start and end; ours say the same with an address.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


class PrintedLines(io.TextIOBase):
    """A stdout that writes whole lines to the log, each thread's apart."""

    def __init__(self) -> None:
        self._logger = logging.getLogger("print")
        self._unfinished = threading.local()

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Log the lines that `text` completes, and keep the rest."""
        *lines, rest = (getattr(self._unfinished, "text", "") + text).split("\n")
        self._unfinished.text = rest
        for line in lines:
            self._logger.log(PRINT_STATEMENT, "%s", line)
        return len(text)
