"""Keys, TLS, CORS and addresses of a running server."""

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from serving_process import ServingProcess, write_script

from facewright.errors import ServiceError
from facewright.scoring import Script
from facewright.serving import keys
from facewright.serving.access import KeyRing
from facewright.serving.app import Surroundings, create_app
from facewright.serving.server import serve
from facewright.serving.thread import serving_in_thread

SCRIPT = "def run(input_bytes):\n    return input_bytes\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def client(path: Path) -> Iterator[httpx.Client]:
    keys.create(path, "owner")
    around = Surroundings(ring=KeyRing(path), cors_origins=["https://example.org"])
    app = create_app(Script(Path("score.py"), lambda body: body), surroundings=around)
    with serving_in_thread(app) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


def code_of(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize("path_", ["/", "/livez", "/readyz"])
def test_whether_a_server_lives_is_no_secret(path_: str, client: httpx.Client) -> None:
    assert client.get(path_).status_code == 200


@pytest.mark.parametrize("path_", ["/score", "/swagger.json", "/openapi.json", "/metrics", "/x"])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}, {"x-api-key": "x"}])
def test_everything_else_takes_a_key(
    path_: str, headers: dict[str, str], client: httpx.Client
) -> None:
    response = client.post(path_, content="1", headers=headers)

    assert code_of(response) == (401, "unauthorized")
    assert response.headers["www-authenticate"] == 'Bearer realm="facewright"'


@pytest.mark.parametrize(
    "shape", ["authorization: Bearer {}", "authorization: bearer  {}", "x-api-key: {}"]
)
def test_a_key_is_taken_in_either_header(shape: str, client: httpx.Client, path: Path) -> None:
    name, _, value = shape.format(keys.create(path, "caller").secondary).partition(": ")

    assert client.post("/score", content="1", headers={name: value}).status_code == 200


def test_a_key_opens_its_scopes_only(client: httpx.Client, path: Path) -> None:
    scorer = {"x-api-key": keys.create(path, "scorer", [keys.Scope.SCORE]).primary}
    admin = {"x-api-key": keys.create(path, "admin", [keys.Scope.ADMIN]).primary}

    assert client.post("/score", content="1", headers=scorer).status_code == 200
    assert code_of(client.get("/metrics", headers=scorer)) == (403, "forbidden")
    assert client.get("/metrics", headers=admin).status_code == 200
    assert code_of(client.post("/score", content="1", headers=admin)) == (403, "forbidden")


def test_pages_of_the_named_origins_may_call_and_read_refusals(client: httpx.Client) -> None:
    ours, others = {"origin": "https://example.org"}, {"origin": "https://example.com"}
    asked = {"access-control-request-method": "POST"}

    assert client.options("/score", headers=ours | asked).status_code == 200
    assert client.options("/score", headers=others | asked).status_code == 400
    refused = client.post("/score", headers=ours)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://example.org"
    assert "access-control-allow-origin" not in client.post("/score", headers=others).headers


def test_without_origins_no_page_may_call() -> None:
    app = create_app(Script(Path("score.py"), lambda body: body))
    with serving_in_thread(app) as url:
        headers = {"origin": "https://example.org", "access-control-request-method": "POST"}
        response = httpx.options(f"{url}/score", headers=headers, trust_env=False)

    assert response.status_code == 405
    assert not [name for name in response.headers if name.startswith("access-control")]


Start = Callable[..., ServingProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[ServingProcess] = []

    def starter(*flags: object) -> ServingProcess:
        started.append(ServingProcess(write_script(tmp_path, SCRIPT), flags))
        return started[-1].start()

    yield starter
    for server in started:
        server.end()


def test_keys_rotate_under_load_and_no_holder_of_the_other_is_refused(
    start: Start, path: Path
) -> None:
    first = keys.create(path)
    server = start("--workers", 2, "--keys", path)
    stop = threading.Event()

    def holder(key: str) -> set[int]:
        statuses = set()
        with server.client(key) as client:
            while not stop.is_set():
                statuses.add(server.score(client, "a").status_code)
        return statuses

    with ThreadPoolExecutor() as pool:
        holders = [pool.submit(holder, first.secondary) for _ in range(3)]
        new = first.primary
        for _ in range(20):
            new = keys.regenerate(path, "primary")
            with server.client(new) as client:  # a new connection each, so every worker is met
                assert server.score(client, "a").status_code == 200
        stop.set()
        assert [holder.result() for holder in holders] == [{200}] * 3

    for _ in range(2):
        with server.client(first.primary) as client:
            assert server.score(client, "a").status_code == 401


def test_a_server_may_speak_tls(start: Start, tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path)
    server = start("--workers", 2, "--tls-cert", certificate, "--tls-key", key)
    trusted = ssl.create_default_context(cafile=str(certificate))

    assert server.url.startswith("https://127.0.0.1:")
    with httpx.Client(base_url=server.url, verify=trusted, trust_env=False) as client:
        for _ in range(3):
            assert server.score(client, "a").json() == "a"
    plain = server.url.replace("https", "http")
    with pytest.raises(httpx.TransportError):
        httpx.get(plain, trust_env=False)
    assert httpx.get(server.url, verify=trusted, trust_env=False).text == "Healthy"
    assert server.terminate() == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 -- refused
def test_a_server_open_to_others_needs_keys(host: str, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="is open to other machines") as caught:
        serve(write_script(tmp_path, SCRIPT), host=host, port=0)
    assert "--insecure-no-keys" in str(caught.value.hint)


def test_a_server_may_be_opened_to_others_on_purpose(start: Start) -> None:
    server = start("--workers", 1, "--host", "0.0.0.0", "--insecure-no-keys")  # noqa: S104 -- the point
    port = httpx.URL(server.url).port

    assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).text == "Healthy"


def test_certificates_that_cannot_be_used_say_so(tmp_path: Path) -> None:
    script = write_script(tmp_path, SCRIPT)
    certificate, key = write_certificate(tmp_path)
    with pytest.raises(ServiceError, match="received one of them"):
        serve(script, port=0, tls_cert=certificate)
    with pytest.raises(ServiceError, match=r"the key cert\.pem cannot be used"):
        serve(script, port=0, tls_cert=key, tls_key=certificate)


def test_keys_that_cannot_be_read_say_so(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"none\.json cannot be read") as caught:
        serve(write_script(tmp_path, SCRIPT), port=0, keys=tmp_path / "none.json")
    assert "facewright score keys create" in str(caught.value.hint)


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate of 127.0.0.1 that signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([loopback]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"
