"""The server's log: one JSON object a line, on stderr.

Each has ``timestamp``, ``level``, ``requestId`` (zeros outside a request) and ``message``; a
failure has ``exception`` with the traceback. What the scoring script prints becomes lines of
level ``PRINT_STATEMENT``, as in the original.
"""

import io
import json
import logging
import sys
import threading
import time

from facewright.serving import request_id

PRINT_STATEMENT = 25

_encode = json.JSONEncoder().encode


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def __init__(self) -> None:
        super().__init__()
        self._second = (0, "")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        line = {
            "timestamp": self._timestamp(record),
            "level": record.levelname,
            "requestId": request_id.current.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _encode(line)

    def _timestamp(self, record: logging.LogRecord) -> str:
        second = int(record.created)
        # A busy server logs many lines in the same second.
        known, text = self._second
        if known != second:
            text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._second = second, text
        return f"{text}.{int(record.created % 1 * 1000):03d}Z"


def configure(level: int = logging.INFO, *, access: bool = True) -> None:
    """Send everything that is logged to stderr as JSON lines; for a process that is a server.

    Args:
        level: What is not worth logging is below it.
        access: Whether every request has a line.
    """
    # What no line shows need not be found out for each, in a server that logs every request.
    # It is logging's documented way not to look for the line of the source.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.addLevelName(PRINT_STATEMENT, "PRINT_STATEMENT")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # uvicorn's own words about its start and end; ours say the same with an address.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    if not access:
        logging.getLogger("facewright.serving.middleware").setLevel(logging.WARNING)


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
