"""A table of what nobody should send, and the status and code each gets from ``/score``.

The face routes have theirs in `test_hostile_faces.py`; the files are in `hostile_files.py`.
"""

import base64
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
from hostile_files import HOSTILE, TRICKS, ada, npy, png
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

JSON = {"content-type": "application/json"}
BODY_BYTES = 3_000_000  # of the service in conftest.py


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_photos_and_arrays(service: httpx.Client, name: str) -> None:
    make, code, _ = HOSTILE[name]
    _check(score(service, base64.b64encode(make()).decode()), 400, code)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data", "ignore:Truncated File Read")
@pytest.mark.parametrize("name", TRICKS)
def test_tricks_around_a_good_photo_change_nothing(service: httpx.Client, name: str) -> None:
    response = score(service, base64.b64encode(TRICKS[name]()).decode())
    assert response.status_code == 200, response.text
    assert json.loads(response.json())["name"] == "ada"


BODIES: dict[str, tuple[dict[str, str], bytes, int, str]] = {
    "no JSON": (JSON, b"{", 400, "input"),
    "no object": (JSON, b"[]", 400, "input"),
    "nothing": (JSON, b"", 400, "input"),
    "deep JSON": (JSON, b'{"input_bytes":' + b"[" * 200_000 + b"]" * 200_000 + b"}", 400, "input"),
    "NaN": (JSON, b'{"input_bytes": NaN}', 400, "input"),
    "infinity": (JSON, b'{"input_bytes": 1e999}', 400, "input"),
    "a number of 5,000 digits": (JSON, b'{"input_bytes": ' + b"9" * 5000 + b"}", 400, "input"),
    "null": (JSON, b'{"input_bytes": null}', 400, "input"),
    "another name": (JSON, b'{"photo": "AAAA"}', 400, "input"),
    "one name too many": (JSON, b'{"input_bytes": "AAAA", "__class__": "x"}', 400, "input"),
    "half a surrogate": (JSON, b'{"input_bytes": "\\ud800"}', 400, "input"),
    "not UTF-8": (JSON, b'{"input_bytes": "\xff"}', 400, "input"),
    "not base64": (JSON, b'{"input_bytes": "%%%%"}', 400, "input"),
    "base64 of a wrong length": (JSON, b'{"input_bytes": "AAAAA"}', 400, "input"),
    "another type": ({"content-type": "application/x-pickle"}, b"x", 415, "unsupported-media-type"),
    "too long": (JSON, b" " * (BODY_BYTES + 1), 413, "body-too-large"),
}


@pytest.mark.parametrize("name", BODIES)
def test_hostile_bodies(service: httpx.Client, name: str) -> None:
    headers, body, status, code = BODIES[name]
    _check(service.post("/score", content=body, headers=headers), status, code)


_SEEDS: list[Callable[[], bytes]] = [
    ada,
    lambda: png(4, 4, bytes(10)),
    lambda: npy(np.zeros((4, 4, 3), np.uint8)),
]
_SEEDS += [lambda: pickle.dumps(np.zeros((1, 3, 96, 96), np.float32)), lambda: b""]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(st.sampled_from(range(len(_SEEDS))), st.data())
def test_any_input_bytes_get_an_answer_below_500(
    service: httpx.Client, seed: int, data: st.DataObject
) -> None:
    """Bytes, and files of every kind that is read with bytes of them changed, cut and put in."""
    good = bytearray(_SEEDS[seed]())
    changes = st.tuples(st.integers(0, max(0, min(len(good), 4000))), st.binary(max_size=8))
    for place, put in data.draw(st.lists(changes, max_size=6)):
        good[place : place + len(put)] = put
    tail = data.draw(st.integers(0, 3))
    sent = bytes(good) if tail else bytes(good[: len(good) // 2])
    response = score(service, base64.b64encode(sent).decode())
    assert response.status_code < 500, response.text
    assert "Traceback" not in response.text


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text(max_size=60) | st.binary(max_size=200).map(lambda data: base64.b64encode(data).decode())
)
def test_any_text_gets_an_answer_below_500(service: httpx.Client, text: str) -> None:
    response = score(service, text)
    assert response.status_code in (200, 400), response.text


def test_nothing_was_executed(service: httpx.Client) -> None:
    for name in ("a pickle that runs a command", "an array whose header is code"):
        score(service, base64.b64encode(HOSTILE[name][0]()).decode())
    assert not Path("executed").exists()


def score(service: httpx.Client, text: str) -> httpx.Response:
    return service.post("/score", content=json.dumps({"input_bytes": text}), headers=JSON)


def _check(response: httpx.Response, status: int, code: str) -> None:
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert response.status_code == status, response.text
    assert problem["code"] == code, response.text
    assert "Traceback" not in response.text
    assert "/" + "site-packages" not in response.text
