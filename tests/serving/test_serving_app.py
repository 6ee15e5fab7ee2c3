import asyncio
import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.errors import (
    HostilePickle,
    ModelFileError,
    NoFaceFound,
    PhotoUnreadable,
    SchemaError,
)
from facewright.scoring import DataTypes, SampleDefinition, Schema, Script, generate_schema
from facewright.scoring.schema import read_schema
from facewright.serving.app import Surroundings, create_app
from facewright.serving.limits import Limits
from facewright.serving.thread import serving_in_thread

JSON = {"content-type": "application/json"}


def schema_of(run: Any, **samples: Any) -> Schema:
    inputs = {name: SampleDefinition(DataTypes.STANDARD, value) for name, value in samples.items()}
    return read_schema(generate_schema(run, inputs=inputs))


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def script_of(run: Any) -> Script:
    return Script(Path("score.py"), run)


@contextlib.contextmanager
def service(run: Any, limits: Limits | None = None, **samples: Any) -> Iterator[httpx.Client]:
    """A live service of `run`; without samples, one without a schema."""
    schema = schema_of(run, **samples) if samples else None
    app = create_app(script_of(run), schema, name="faces", limits=limits or Limits())
    with serving_in_thread(app) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


def original_run(input_bytes: str) -> str:
    return json.dumps({"index": input_bytes})


@pytest.fixture(scope="module")
def faces() -> Iterator[httpx.Client]:
    with service(original_run, Limits(body_bytes=1000), input_bytes="photo") as client:
        yield client


def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert isinstance(problem, dict)
    assert problem["requestId"] == response.headers["x-request-id"]
    assert problem["detail"] == problem["message"]
    assert (response.status_code, problem["status"], problem["errorCode"]) == (status,) * 3
    assert problem["code"] == code, problem
    assert problem["title"]
    assert "Traceback" not in response.text
    return problem


def test_a_string_answer_is_encoded_twice(faces: httpx.Client) -> None:
    response = faces.post("/score", json={"input_bytes": "3"})

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.text == r'"{\"index\": \"3\"}"'
    assert json.loads(response.json())["index"] == "3"


def test_the_service_says_it_is_well(faces: httpx.Client) -> None:
    assert faces.get("/").text == "Healthy"
    assert faces.head("/").status_code == 200
    assert faces.get("/livez").status_code == 200
    assert faces.get("/readyz").status_code == 200


def test_the_swagger_document_is_that_of_the_schema(faces: httpx.Client) -> None:
    document = faces.get("/swagger.json").json()

    assert document["info"]["title"] == "faces"
    assert "input_bytes" in document["definitions"]["ServiceInput"]["properties"]


def test_the_openapi_document_is_that_of_the_schema(faces: httpx.Client) -> None:
    document = faces.get("/openapi.json").json()

    assert (document["openapi"], document["info"]["title"]) == ("3.1.0", "faces")
    wanted = document["components"]["schemas"]["ServiceInput"]
    assert wanted["properties"] == {"input_bytes": {"type": "string", "examples": ["photo"]}}


def test_no_server_is_named(faces: httpx.Client) -> None:
    assert "server" not in faces.get("/").headers


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"{", "Input failed JSON deserialization: "),
        (b"[]", "Input request does not respect the schema defined by the service's swagger"),
        (b'{"photo": 1}', "Argument mismatch: Unexpected argument photo"),
        (b'{"\\ud800": 1}', "Argument mismatch: Unexpected argument \ud800"),
        (b'{"input_bytes": 1}', "Failed to deserialize input_bytes to type provided by input"),
        (b"{}", "Argument mismatch: run() got other arguments: missing a required argument"),
    ],
)
def test_input_that_does_not_fit_is_refused(faces: httpx.Client, body: bytes, detail: str) -> None:
    problem = assert_problem(faces.post("/score", content=body, headers=JSON), 400, "input")

    assert problem["detail"].startswith(detail)


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", None])
def test_json_or_no_content_type_is_taken(faces: httpx.Client, kind: str | None) -> None:
    headers = {"content-type": kind} if kind else {}
    response = faces.post("/score", content=b'{"input_bytes": "1"}', headers=headers)

    assert response.status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "image/jpeg", "application/jsonp", ""])
def test_another_content_type_is_refused(faces: httpx.Client, kind: str) -> None:
    response = faces.post("/score", content=b"{}", headers={"content-type": kind})

    assert_problem(response, 415, "unsupported-media-type")


def test_paths_and_methods_that_are_not_there_are_problems_too(faces: httpx.Client) -> None:
    assert_problem(faces.get("/nowhere"), 404, "not-found")
    assert_problem(faces.get("/score/"), 404, "not-found")
    response = faces.get("/score")
    assert_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "POST"


def test_a_body_announced_too_long_is_refused_unread(faces: httpx.Client) -> None:
    response = faces.post("/score", content=b"x" * 1001, headers=JSON)

    problem = assert_problem(response, 413, "body-too-large")
    assert problem["detail"].endswith("at most 1,000 bytes are read, received 1,001 bytes")


def test_a_body_that_grows_too_long_is_refused(faces: httpx.Client) -> None:
    response = faces.post("/score", content=(b"x" * 400 for _ in range(3)), headers=JSON)

    assert_problem(response, 413, "body-too-large")


def test_a_client_with_far_too_much_still_hears_why(faces: httpx.Client) -> None:
    response = faces.post("/score", content=bytes(40_000_000), headers=JSON)

    assert_problem(response, 413, "body-too-large")


def test_a_body_of_just_the_limit_is_read(faces: httpx.Client) -> None:
    frame = len(b'{"input_bytes": ""}')
    body = b'{"input_bytes": "%s"}' % (b"a" * (1000 - frame))

    assert faces.post("/score", content=body, headers=JSON).status_code == 200


def test_a_body_that_never_ends_is_given_up() -> None:
    def slowly() -> Iterator[bytes]:
        yield b"{"
        waited.wait(5)

    waited = threading.Event()
    with service(original_run, Limits(body_seconds=0.1), input_bytes="a") as client:
        with contextlib.suppress(httpx.TransportError):
            threading.Timer(0.5, waited.set).start()
            response = client.post("/score", content=slowly(), headers=JSON)
            assert_problem(response, 408, "body-too-slow")
        assert client.get("/").text == "Healthy"


@pytest.mark.parametrize(
    "body",
    [
        b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"x": NaN}',
        b'{"x": 1e999}',
        b'{"x": -Infinity}',
        b'{"x": ' + b"9" * 10_000 + b"}",
        b'{"x": true}',
        b'{"x": null}',
        b'{"x": "1.0"}',
        b'{"x": 1.0}garbage',
        b"\xef\xbb\xbf{",
        b"\x00",
        b"",
    ],
    ids=range(12),
)
def test_hostile_json_is_refused_and_nothing_breaks(body: bytes) -> None:
    with service(lambda x: x, x=1.5) as client:
        assert_problem(client.post("/score", content=body, headers=JSON), 400, "input")
        assert client.post("/score", json={"x": 2}).json() == 2.0


def test_a_request_id_is_made_or_kept(faces: httpx.Client) -> None:
    made = {faces.get("/").headers["x-request-id"] for _ in range(2)}
    kept = "from the caller " + "x" * 84

    assert len(made) == 2
    assert faces.get("/", headers={"x-request-id": kept}).headers["x-request-id"] == kept
    response = faces.get("/nowhere", headers={"x-request-id": "mine"})
    assert assert_problem(response, 404, "not-found")["requestId"] == "mine"


@pytest.mark.parametrize(("given_id", "status"), [(b"x" * 101, 431), (b"caf\xe9", 400)])
def test_a_request_id_unfit_for_a_log_is_refused(
    faces: httpx.Client, given_id: bytes, status: int
) -> None:
    response = faces.get("/", headers={b"x-request-id": given_id})

    assert_problem(response, status, "request-id")
    assert len(response.headers["x-request-id"]) == 36


def test_without_a_schema_run_gets_the_body_as_text() -> None:
    with service(lambda body: {"got": body}) as client:
        assert client.post("/score", content='["é"]'.encode()).json() == {"got": '["é"]'}
        assert_problem(client.post("/score", content=b"\xff"), 400, "input")
        assert_problem(client.get("/swagger.json"), 404, "no-schema")


@pytest.mark.parametrize(
    "error",
    [HostilePickle("bad pickle", "Send it."), PhotoUnreadable("bad photo"), NoFaceFound("none")],
)
def test_errors_about_the_input_are_told_in_their_own_words(error: Any) -> None:
    def run(x: str) -> None:
        raise error

    with service(run, x="a") as client:
        problem = assert_problem(client.post("/score", json={"x": "a"}), 400, error.code)

    assert problem["detail"] == error.message
    assert problem.get("hint") == error.hint


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a secret path"),
        TypeError("a secret path"),
        ModelFileError("a secret path"),
        SystemExit("a secret path"),
        StopIteration("a secret path"),
        RecursionError("a secret path"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_failing_script_is_logged_and_not_told(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    def run(x: str) -> None:
        raise error

    with service(run, x="a") as client:
        response = client.post("/score", json={"x": "a"}, headers={"x-request-id": "mine"})
        assert client.get("/").text == "Healthy"

    assert_problem(response, 500, "scoring-script")
    assert "secret" not in response.text
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info
    assert "in run" in str(logging.Formatter().formatException(record.exc_info))


@pytest.mark.parametrize("answer", [object(), float("nan"), {1, 2}, b"bytes"])
def test_an_answer_that_is_no_json_is_the_scripts_failure(answer: Any) -> None:
    with service(lambda x: answer, x="a") as client:
        assert_problem(client.post("/score", json={"x": "a"}), 500, "scoring-script")


def test_half_a_surrogate_pair_survives() -> None:
    with service(lambda x: x, x="a") as client:
        response = client.post("/score", content=rb'{"x": "\ud800"}', headers=JSON)

    assert response.content == rb'"\ud800"'


def test_run_is_called_one_at_a_time_and_the_server_still_answers() -> None:
    entered, leave, inside = threading.Semaphore(0), threading.Event(), []

    def run(x: str) -> int:
        inside.append(x)
        entered.release()
        leave.wait(60)
        most = len(inside)
        inside.remove(x)
        return most

    with service(run, Limits(waiting=1), x="a") as client, ThreadPoolExecutor() as pool:
        first = pool.submit(client.post, "/score", json={"x": "a"})
        assert entered.acquire(timeout=60)
        second = pool.submit(client.post, "/score", json={"x": "b"})
        wait_until(lambda: "queue_length 1.0" in client.get("/metrics").text)
        refused = client.post("/score", json={"x": "c"})
        probes = [client.get(path).status_code for path in ("/livez", "/readyz")]
        leave.set()

    assert_problem(refused, 429, "overloaded")
    assert refused.headers["retry-after"] == "1"
    assert probes == [200, 200]
    assert [first.result().json(), second.result().json()] == [1, 1]


def test_a_schema_that_differs_from_run_is_refused_at_once() -> None:
    def other(photo: str) -> None: ...

    with pytest.raises(SchemaError, match="Argument mismatch"):
        create_app(script_of(original_run), schema_of(other, photo="a"))


APP = create_app(script_of(original_run), schema_of(original_run, input_bytes="photo"))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(json_values | st.fixed_dictionaries({"input_bytes": json_values}))
def test_no_json_value_makes_the_service_fail(body: Any) -> None:
    status = asyncio.run(status_of(json.dumps(body).encode()))

    fits = isinstance(body, dict) and list(body) == ["input_bytes"]
    fits = fits and isinstance(body["input_bytes"], str)
    assert status == (200 if fits else 400)


@given(st.binary())
def test_no_bytes_make_the_service_fail(body: bytes) -> None:
    assert asyncio.run(status_of(body)) == 400


async def status_of(body: bytes) -> int:
    transport = httpx.ASGITransport(APP)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        return (await client.post("/score", content=body, headers=JSON)).status_code


def test_a_service_answers_below_a_prefix_too() -> None:
    schema = schema_of(original_run, input_bytes="a sample")
    around = Surroundings(prefix="/api/v1/service/doors")
    app = create_app(script_of(original_run), schema, name="doors", surroundings=around)
    with serving_in_thread(app) as url, httpx.Client(base_url=url, trust_env=False) as client:
        for before in ("", "/api/v1/service/doors"):
            answer = client.post(f"{before}/score", json={"input_bytes": "a"})
            assert answer.status_code == 200
            assert client.get(f"{before}/").text == "Healthy"
            assert client.get(f"{before}/readyz").status_code == 200
        assert client.get("/api/v1/service/doors2/readyz").status_code == 404
        document = client.get("/api/v1/service/doors/swagger.json").json()
        assert "/api/v1/service/doors/score" in document["paths"]
        document = client.get("/openapi.json").json()
        assert document["servers"] == [{"url": "/api/v1/service/doors"}]
