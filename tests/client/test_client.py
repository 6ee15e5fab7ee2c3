import json
import logging
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from facewright.client import Client
from facewright.errors import (
    InputError,
    NoFaceFound,
    PhotoTooLarge,
    PhotoUnreadable,
    ServiceError,
    ServiceRefused,
    ServiceUnreachable,
)
from facewright.scoring import DataTypes, SampleDefinition, Script, generate_schema
from facewright.scoring.schema import read_schema
from facewright.serving.app import create_app
from facewright.serving.thread import serving_in_thread

Respond = Callable[[httpx.Request], httpx.Response]


def run(input_bytes: str) -> str:
    if input_bytes == "bm9uZQ==":
        raise NoFaceFound("the photo holds no face", "Send another.")
    return json.dumps({"index": "3", "name": input_bytes})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    inputs = {"input_bytes": SampleDefinition(DataTypes.STANDARD, "a")}
    app = create_app(Script(Path("score.py"), run), read_schema(generate_schema(run, inputs)))
    with serving_in_thread(app) as address:
        yield address


def against(respond: Respond, address: str = "http://service", key: str | None = None) -> Client:
    return Client(address, key, transport=httpx.MockTransport(respond))


def answering(*arguments: object, **members: object) -> Respond:
    return lambda request: httpx.Response(*arguments, **members)  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", ["", "/", "/score", "/score/"])
def test_a_live_service_recognizes(url: str, ending: str, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\x00\xff")

    with Client(url + ending) as client:
        assert client.recognize(photo) == client.recognize(b"\x00\xff")
        answer = client.recognize(photo)

    assert (answer.index, answer.name) == ("3", "AP8=")


def test_a_live_service_is_healthy(url: str) -> None:
    with Client(url) as client:
        assert client.health() == "Healthy"


def test_a_live_refusal_keeps_the_services_words(url: str) -> None:
    with Client(url) as client, pytest.raises(ServiceRefused, match="holds no face") as caught:
        client.recognize(b"none")

    assert (caught.value.status, caught.value.problem) == (400, "no-face-found")
    assert caught.value.hint == "Send another."


def test_the_request_is_that_of_the_original_client() -> None:
    seen: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json='{"index": "3"}')

    with against(respond, "http://host:32773/api/v1/service/faces/score", "abc") as client:
        assert client.recognize(b"photo").index == "3"

    [request] = seen
    assert str(request.url) == "http://host:32773/api/v1/service/faces/score"
    assert request.headers["authorization"] == "Bearer abc"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == {"input_bytes": "cGhvdG8="}


def test_health_is_asked_at_the_base_address() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=request.url.path)

    with against(respond, "http://host/api/v1/service/faces/score") as client:
        assert client.health() == "/api/v1/service/faces/"


@pytest.mark.parametrize(
    ("respond", "words", "hinted"),
    [
        (answering(502, text="<h1>Bad\nGateway</h1>"), "answered 502 Bad Gateway: <h1>Bad G", 0),
        (answering(500, json={"errorCode": 500}), "answered 500 Internal Server Error", 0),
        (answering(401), "answered 401 Unauthorized", 1),
        (answering(307, headers={"location": "http://elsewhere"}), "answered 307", 0),
    ],
)
def test_refusals_without_a_problem_document_are_told(
    respond: Respond, words: str, hinted: bool
) -> None:
    with against(respond) as client, pytest.raises(ServiceRefused, match=words) as caught:
        client.recognize(b"photo")

    assert caught.value.problem is None
    assert bool(caught.value.hint) == hinted


def test_an_answer_of_something_else_is_a_service_error() -> None:
    client = against(answering(200, text="<html>"))

    with client, pytest.raises(ServiceError, match="cannot be read"):
        client.recognize(b"photo")


def test_an_answer_with_broken_encoding_is_a_service_error() -> None:
    respond = answering(200, headers={"content-encoding": "gzip"}, content=b"not gzip")

    with pytest.raises(ServiceError):
        against(lambda request: respond(request)).recognize(b"photo")


def test_nobody_at_the_address_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    words = f"nobody answers at .*:{port}/score"
    with Client(f"http://127.0.0.1:{port}") as client, pytest.raises(ServiceUnreachable) as e:
        client.recognize(b"photo")
    assert re.match(words, e.value.message)
    assert e.value.hint


def test_a_silent_service_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        client = Client(f"http://127.0.0.1:{port}", timeout=0.2)
        with client, pytest.raises(ServiceUnreachable, match=r"did not answer within 0\.2 s"):
            client.health()


def test_photos_that_cannot_be_sent_are_told(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "large.jpg").write_bytes(bytes(101))
    unused = httpx.MockTransport(answering(500))

    with Client("http://service", max_photo_bytes=100, transport=unused) as client:
        with pytest.raises(PhotoUnreadable, match=r"none\.jpg cannot be read: No such file"):
            client.recognize(tmp_path / "none.jpg")
        with pytest.raises(PhotoUnreadable, match="Is a directory"):
            client.recognize(tmp_path)
        with pytest.raises(PhotoUnreadable, match=r"empty\.jpg is empty"):
            client.recognize(tmp_path / "empty.jpg")
        with pytest.raises(PhotoTooLarge, match=r"large\.jpg is over the limit of 100 bytes"):
            client.recognize(tmp_path / "large.jpg")
        with pytest.raises(PhotoTooLarge):
            client.recognize(bytes(101))


@pytest.mark.parametrize(
    "address", ["", "service", "ftp://service", "http://", "//service", "http://\x00"]
)
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(InputError, match="address") as caught:
        Client(address)
    assert "http://127.0.0.1:8000/score" in str(caught.value.hint)


@pytest.mark.parametrize("key", ["", "two words", "line\nX-Other: 1", "schlüssel"])
def test_a_key_that_is_no_header_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(InputError) as caught:
        Client("http://service", key)
    assert not key or key not in str(caught.value)


def test_a_key_is_never_shown(caplog: pytest.LogCaptureFixture, url: str) -> None:
    caplog.set_level(logging.DEBUG)
    with Client(url, "top-secret") as client:
        client.recognize(b"photo")
        assert "top-secret" not in repr(client)
    assert caplog.text
    assert "top-secret" not in caplog.text


def test_a_password_in_the_address_is_never_shown() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    with against(respond, "http://me:hidden@service") as client:
        with pytest.raises(ServiceUnreachable) as caught:
            client.health()
        assert "hidden" not in repr(client) + str(caught.value)


def test_a_proxy_is_not_asked_for_this_machine(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)

    with Client(url) as client:
        assert client.health() == "Healthy"
