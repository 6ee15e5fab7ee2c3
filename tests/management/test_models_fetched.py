"""Models from web addresses, by a real HTTP server: limits, interruptions, going on."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from facewright.errors import ManagementError
from facewright.management.models.fetch import fetched

CONTENT = bytes(range(256)) * 20_000


class Web:
    """A server of one file.

    Args:
        content: The file.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.tag: str | None = '"one"'
        self.breaks_after: int | None = None
        self.lies = False
        self.asked: list[str | None] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/models/my_model.bin?key=secret"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("Range")
        self.asked.append(wanted)
        begin = 0
        if wanted and handler.headers.get("If-Range") == self.tag:
            begin = int(wanted.removeprefix("bytes=").rstrip("-"))
        size = len(self.content)
        if begin >= size:
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{size}")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        handler.send_response(206 if begin else 200)
        if begin:
            handler.send_header("Content-Range", f"bytes {begin}-{size - 1}/{size}")
        if not self.lies:
            handler.send_header("Content-Length", str(size - begin))
        if self.tag:
            handler.send_header("ETag", self.tag)
        handler.end_headers()
        end = size if self.breaks_after is None else begin + self.breaks_after
        handler.wfile.write(self.content[begin:end])


@pytest.fixture
def web() -> Iterator[Web]:
    """Return a server that runs."""
    web = Web(CONTENT)
    yield web
    web.stop()


def fetch(web: Web, folder: Path, limit: int = 10**9) -> bytes:
    heard: list[tuple[int, int]] = []
    with fetched(web.address, folder, limit, lambda *done: heard.append(done)) as path:
        assert path.name == "my_model.bin"
        if not web.lies and heard:
            assert heard[-1] == (len(CONTENT), len(CONTENT))
        return path.read_bytes()


def test_a_file_is_fetched_whole_and_its_part_goes(web: Web, tmp_path: Path) -> None:
    assert fetch(web, tmp_path) == CONTENT
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_fetch_goes_on_where_it_stopped(web: Web, tmp_path: Path) -> None:
    web.breaks_after = 2_000_000
    for _ in range(2):
        with pytest.raises(ManagementError, match="cannot be fetched from 127.0.0.1") as caught:
            fetch(web, tmp_path)
        assert "secret" not in caught.value.message
    web.breaks_after = None
    assert fetch(web, tmp_path) == CONTENT
    assert web.asked[0] is None
    first, second = (int(str(asked)[6:-1]) for asked in web.asked[1:])
    assert 0 < first <= 2_000_000 < second <= 4_000_000


def test_another_file_at_the_same_address_comes_from_its_beginning(
    web: Web, tmp_path: Path
) -> None:
    web.breaks_after = 2_000_000
    with pytest.raises(ManagementError):
        fetch(web, tmp_path)
    web.breaks_after, web.tag, web.content = None, '"two"', CONTENT[::-1]
    assert fetch(web, tmp_path) == CONTENT[::-1]


def test_without_a_tag_nothing_is_pieced_together(web: Web, tmp_path: Path) -> None:
    web.tag, web.breaks_after = None, 2_000_000
    with pytest.raises(ManagementError):
        fetch(web, tmp_path)
    web.breaks_after = None
    assert fetch(web, tmp_path) == CONTENT
    assert web.asked == [None, None]


def test_what_came_whole_is_not_fetched_again(web: Web, tmp_path: Path) -> None:
    with pytest.raises(KeyError), fetched(web.address, tmp_path, 10**9, lambda *_: None):
        raise KeyError("registering failed")
    assert fetch(web, tmp_path) == CONTENT
    assert web.asked == [None, f"bytes={len(CONTENT)}-"]


@pytest.mark.parametrize("lies", [False, True])
def test_too_large_a_file_is_refused_and_not_kept(web: Web, tmp_path: Path, lies: bool) -> None:
    web.lies = lies
    with pytest.raises(ManagementError, match="expected at most 1000000 bytes"):
        fetch(web, tmp_path, 1_000_000)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.bin")) == 0


def test_an_answer_that_is_no_file_is_refused(web: Web, tmp_path: Path) -> None:
    web._server.RequestHandlerClass.do_GET = lambda handler: handler.send_error(404)  # type: ignore[attr-defined]
    with pytest.raises(ManagementError, match="it answers 404 Not Found"):
        fetch(web, tmp_path)


@pytest.mark.parametrize("path", ["", "/", "/models/..", "/models/.hidden", "/a%5cb", "/a%0ab"])
def test_an_address_must_name_a_file(web: Web, tmp_path: Path, path: str) -> None:
    address = web.address.partition("/models")[0] + path
    with (
        pytest.raises(ManagementError, match="does not name a file"),
        fetched(address, tmp_path, 10, lambda *_: None),
    ):
        pass


def test_nobody_answers(tmp_path: Path) -> None:
    web = Web(b"")
    web.stop()
    with pytest.raises(ManagementError, match="cannot be fetched from 127.0.0.1: ConnectError"):
        fetch(web, tmp_path)
