"""Limits on what comes before a body, met with sockets."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from facewright.scoring import Script
from facewright.serving.app import create_app
from facewright.serving.limits import Limits
from facewright.serving.thread import serving_in_thread

LIMITS = Limits(header_bytes=2000, headers=20, header_seconds=0.5, idle_seconds=1, body_seconds=0.5)


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    app = create_app(Script(Path("score.py"), lambda body: body), limits=LIMITS)
    with serving_in_thread(app, LIMITS) as url:
        yield "127.0.0.1", httpx.URL(url).port or 0


def everything(connection: socket.socket) -> bytes:
    """What arrives until the server closes the connection."""
    connection.settimeout(60)
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            received += chunk
    return received


def problem_in(received: bytes) -> dict[str, Any]:
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    assert b"connection: close" in head.lower()
    problem = json.loads(body)
    assert isinstance(problem, dict)
    assert head.startswith(b"HTTP/1.1 %d " % problem["status"])
    return problem


def sent(address: tuple[str, int], data: bytes) -> bytes:
    with socket.create_connection(address) as connection:
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(data)
        return everything(connection)


def test_headers_that_dribble_in_are_given_up(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            for _ in range(600):  # one more header each tenth of a second, for a minute
                connection.sendall(b"x: y\r\n")
                connection.settimeout(0.1)
                with contextlib.suppress(TimeoutError):
                    if first := connection.recv(65536):
                        break
        problem = problem_in(first + everything(connection))

    assert (problem["status"], problem["code"]) == (408, "headers-too-slow")


def test_headers_of_a_second_request_may_not_dribble_either(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        received = b""
        while not received.endswith(b"Healthy"):
            received += connection.recv(65536)
        connection.sendall(b"GET / HT")
        problem = problem_in(everything(connection))

    assert problem["code"] == "headers-too-slow"


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", b"\r\n"])
def test_an_idle_connection_is_closed(address: tuple[str, int], before: bytes) -> None:
    received = sent(address, before)

    assert received == b"" or b"Healthy" in received or b"408" in received


def test_a_body_that_dribbles_in_is_given_up(address: tuple[str, int]) -> None:
    received = sent(address, b"POST /score HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n[")

    assert problem_in(received)["code"] == "body-too-slow"


@pytest.mark.parametrize(
    "head",
    [
        b"GET /%s HTTP/1.1\r\n\r\n" % (b"x" * 3000),
        b"GET / HTTP/1.1\r\nhost: a\r\nx: %s\r\n\r\n" % (b"y" * 3000),
        b"GET / HTTP/1.1\r\nhost: a\r\nx: %s" % (b"y" * 3_000_000),
        b"GET / HTTP/1.1\r\nhost: a\r\n%s" % (b"x: y\r\n" * 3_000_000),
        b"GET / HTTP/1.1\r\nhost: a\r\n%s\r\n" % (b"x: y\r\n" * 20),
    ],
    ids=["path", "value", "endless value", "endless headers", "too many"],
)
def test_headers_too_large_are_refused(head: bytes, address: tuple[str, int]) -> None:
    received = sent(address, head)

    if received:  # a client that sends far more than was read may hear a reset alone
        problem = problem_in(received)
        assert (problem["status"], problem["code"]) == (431, "headers-too-large")
    else:
        assert len(head) > 100_000


def test_a_body_beside_small_headers_is_not_counted_with_them(address: tuple[str, int]) -> None:
    body = b'"%s"' % (b"x" * 50_000)
    head = b"POST /score HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"

    assert sent(address, head % len(body) + body).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /score HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST /score HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /score HTTP/1.1\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(data: bytes, address: tuple[str, int]) -> None:
    problem = problem_in(sent(address, data))

    assert (problem["status"], problem["code"]) == (400, "http")


def test_requests_one_behind_the_other_are_answered_in_order(address: tuple[str, int]) -> None:
    head = "POST /score HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n"
    requests = [f"{head}\r\n{n}" for n in range(4)] + [f"{head}connection: close\r\n\r\n4"]
    received = sent(address, "".join(requests).encode())

    answers = [part.partition(b"\r\n\r\n")[2] for part in received.split(b"HTTP/1.1 200 OK")[1:]]
    assert answers == [b'"%d"' % n for n in range(5)]


def test_the_server_is_well_after_all_that(address: tuple[str, int]) -> None:
    started = time.monotonic()
    received = sent(address, b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")

    assert received.endswith(b"Healthy")
    assert time.monotonic() - started < 60
