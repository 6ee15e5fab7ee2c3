"""When a client asks again, and when it must not."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from facewright.client import AsyncClient, Client, Retries
from facewright.client.retries import Patience
from facewright.errors import ServiceRefused, ServiceUnreachable

QUICKLY = Retries(first_pause=0.001)


class Service:
    """Answers with what it is told to, one after the other; then well."""

    def __init__(self, *outcomes: httpx.Response | Exception) -> None:
        self.outcomes = list(outcomes)
        self.asked = 0

    def __call__(self, _request: httpx.Request) -> httpx.Response:
        self.asked += 1
        good = httpx.Response(200, json='{"index": "3"}')
        outcome = self.outcomes.pop(0) if self.outcomes else good
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def recognize(service: Service, retries: Retries = QUICKLY) -> str:
    transport = httpx.MockTransport(service)
    with Client("http://service", retries=retries, transport=transport) as client:
        return client.recognize(b"photo").index


def add(service: Service) -> object:
    transport = httpx.MockTransport(service)
    with Client("http://service", retries=QUICKLY, transport=transport) as client:
        return client.add_person("thea", b"photo")


def busy(**headers: str) -> httpx.Response:
    return httpx.Response(429, headers=headers)


@pytest.mark.parametrize(
    "outcome",
    [
        busy(),
        busy(**{"retry-after": "0"}),
        busy(**{"retry-after": "soon"}),
        httpx.Response(503),
        httpx.ConnectError("nobody"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("closed"),
    ],
)
def test_what_passes_is_waited_for(outcome: httpx.Response | Exception) -> None:
    service = Service(outcome)
    assert recognize(service) == "3"
    assert service.asked == 2


@pytest.mark.parametrize("status", [400, 401, 404, 413, 500, 502, 504])
def test_what_does_not_pass_is_told_at_once(status: int) -> None:
    service = Service(httpx.Response(status))
    with pytest.raises(ServiceRefused):
        recognize(service)
    assert service.asked == 1


def test_a_service_that_was_too_slow_is_not_asked_the_same_again() -> None:
    service = Service(httpx.ReadTimeout("slow"))
    with pytest.raises(ServiceUnreachable, match="did not answer within"):
        recognize(service)
    assert service.asked == 1


def test_attempts_end() -> None:
    service = Service(*[busy() for _ in range(9)])
    with pytest.raises(ServiceRefused) as caught:
        recognize(service, Retries(attempts=4, first_pause=0.001))
    assert (service.asked, caught.value.status) == (4, 429)


@pytest.mark.parametrize(
    "outcome", [busy(), httpx.Response(503), httpx.ReadError("reset"), httpx.WriteError("reset")]
)
def test_an_enrolment_that_may_have_happened_is_never_repeated(
    outcome: httpx.Response | Exception,
) -> None:
    service = Service(outcome)
    with pytest.raises((ServiceRefused, ServiceUnreachable)):
        add(service)
    assert service.asked == 1


def test_an_enrolment_nobody_heard_of_is_tried_again() -> None:
    enrolled = {"request_id": "1", "name": "thea", "added": 1, "known": 0, "photos": 1}
    service = Service(httpx.ConnectError("nobody"), httpx.Response(201, json=enrolled))
    add(service)
    assert service.asked == 2


def test_a_pause_that_was_asked_for_is_kept() -> None:
    patience = Patience(Retries(first_pause=1), draw=lambda: 0.5)
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)

    assert patience.pause(1, busy(**{"retry-after": "7"}), repeatable=True) == 7.5
    found = patience.pause(2, busy(**{"retry-after": later}), repeatable=True)
    assert found is not None
    assert 15 < found <= 21


def test_a_service_that_asks_for_too_long_a_pause_is_given_up() -> None:
    patience = Patience(Retries(longest_pause=5))
    for asked in ("6", "9" * 400):
        assert patience.pause(1, busy(**{"retry-after": asked}), repeatable=True) is None


def test_pauses_grow_and_vary() -> None:
    drawn = {
        Patience(Retries(attempts=9, first_pause=1, longest_pause=4)).pause(
            attempt, busy(), repeatable=True
        )
        for attempt in (1, 2, 3, 4, 5)
        for _ in range(50)
    }
    assert len(drawn) > 200
    assert all(each is not None and 0 <= each <= 4 for each in drawn)


def test_a_failing_service_is_not_flooded() -> None:
    """Of many failing requests, about one in ten is sent twice once the reserve is used up."""
    patience = Patience(Retries(attempts=2))
    again = [patience.pause(1, busy(), repeatable=True) is not None for _ in range(300)]
    assert all(again[:10])
    assert 20 <= sum(again[100:]) <= 22


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_both_clients_wait(make: Callable[..., Client | AsyncClient]) -> None:
    service = Service(busy(), httpx.ConnectError("nobody"))
    client = make("http://service", retries=QUICKLY, transport=httpx.MockTransport(service))
    if isinstance(client, AsyncClient):
        answer = asyncio.run(client.recognize(b"photo"))
    else:
        answer = client.recognize(b"photo")
    assert (answer.index, service.asked) == ("3", 3)
