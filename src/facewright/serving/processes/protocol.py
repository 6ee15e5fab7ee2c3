"""uvicorn's HTTP protocol, with limits on what comes before a body.

uvicorn itself waits for ever for the headers of a connection's first request, and its fast parser
sets no limit on their size or number.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from facewright.serving import problems
from facewright.serving.limits import Limits
from facewright.serving.problems import RefusalError

_GRACE_SECONDS = 1.0


class BoundedProtocol(HttpToolsProtocol):
    """One connection.

    Args:
        config: uvicorn's own.
        server_state: uvicorn's own.
        app_state: uvicorn's own.
        limits: How long and large headers may be, and how long a connection may idle.
        closed: Called once the connection is gone.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: Limits,
        closed: Callable[[], None],
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._closed = closed
        self._head_bytes = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._refusal: RefusalError | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_alarm()
        super().connection_lost(exc)
        self._closed()

    def data_received(self, data: bytes) -> None:
        """Take bytes, within the limits."""
        if self._between_requests:
            self._head_bytes += len(data)
            if self._alarm is None:
                self._await_head()
        super().data_received(data)
        if self._head_bytes > self._limits.header_bytes and not self.transport.is_closing():
            self._refusal = self._too_large(f"longer than {self._limits.header_bytes:,} bytes")
            self.send_400_response("")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, within the limits."""
        super().on_header(name, value)
        if len(self.headers) > self._limits.headers:
            self._refusal = self._too_large(f"more than {self._limits.headers}")
            raise ValueError("too many headers")  # which makes the parser stop

    def on_headers_complete(self) -> None:
        """Begin a request."""
        if self._head_bytes > self._limits.header_bytes and self._head_length() > (
            self._limits.header_bytes
        ):
            self._refusal = self._too_large(f"longer than {self._limits.header_bytes:,} bytes")
            raise ValueError("headers too long")
        self._stop_alarm()
        self._head_bytes = 0
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not a request, as a problem document, and close the connection."""
        refusal = self._refusal or RefusalError(400, "http", "the bytes are not an HTTP request")
        answer = problems.response_to(refusal)
        self._stop_alarm()
        lines = [f"{name}: {value}\r\n" for name, value in answer.headers.items()]
        head = STATUS_LINE[refusal.status] + "".join(lines).encode("latin-1")
        self.transport.write(head + b"connection: close\r\n\r\n" + bytes(answer.body))
        self.transport.close()

    def shutdown(self) -> None:
        """Close the connection once nothing is under way on it."""
        if self.cycle is None and not self.transport.is_closing():
            # It was opened a moment ago: its first request is on its way, and gets its answer.
            self.loop.call_later(_GRACE_SECONDS, self._close_unused)
        else:
            super().shutdown()

    @property
    def _between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _head_length(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _await_head(self) -> None:
        self._alarm = self.loop.call_later(self._limits.header_seconds, self._head_too_slow)

    def _stop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _head_too_slow(self) -> None:
        self._alarm = None
        if self.transport.is_closing():
            return
        if not self._head_bytes:  # a connection opened in advance, such as browsers do
            self.transport.close()
            return
        self._refusal = RefusalError(
            408,
            "headers-too-slow",
            f"the headers did not arrive within {self._limits.header_seconds:g} s",
        )
        self.send_400_response("")

    def _too_large(self, received: str) -> RefusalError:
        return RefusalError(
            431,
            "headers-too-large",
            f"the headers are {received}; expected at most {self._limits.headers} headers of "
            f"{self._limits.header_bytes:,} bytes together",
        )

    def _close_unused(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()
