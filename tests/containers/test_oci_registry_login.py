"""Registries that want a password, a token or TLS; `docker login` leaves the credentials."""

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest
from own_port import own_port
from registry_part import registry, running_registry  # noqa: F401, one is a fixture
from registry_tokens import PASSWORD, USER, Authority, token_service

from facewright.containers.oci.base import fetch_base
from facewright.containers.oci.build import Layer, Settings, write_image
from facewright.containers.oci.descriptor import Descriptor, Platform
from facewright.containers.oci.layer import Entry, write_layer
from facewright.containers.oci.layout import Layout
from facewright.containers.oci.reference import Reference
from facewright.containers.oci.registry import Registry
from facewright.errors import ImageError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home where nobody has signed in yet."""
    for name in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "layout")


@pytest.fixture
def image(layout: Layout) -> Descriptor:
    # Larger than a chunk of an upload, so that several requests must be let in.
    layer = write_layer([Entry.of_bytes("model", bytes(20 << 20))], layout.blobs)
    settings = Settings(("x",), "1:1", "/", 80)
    return write_image(layout, [Layer(layer, "")], settings, Platform(), None)


@pytest.fixture(scope="module")
def with_password(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("registry")
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    (folder / "htpasswd").write_text(f"{USER}:{hashed}\n")
    rules = {"htpasswd": {"realm": "doors", "path": str(folder / "htpasswd")}}
    with running_registry(folder, lambda address: {"auth": rules}) as address:
        yield address


@pytest.fixture(scope="module")
def with_tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("registry")
    authority = Authority(folder)
    with token_service(authority) as realm:
        rules = {
            "token": {
                "realm": realm,
                "service": "doors",
                "issuer": "tests",
                "rootcertbundle": str(authority.certificate_file),
            }
        }
        with running_registry(folder, lambda address: {"auth": rules}) as address:
            yield address


@pytest.fixture(params=["with_password", "with_tokens"])
def closed(request: pytest.FixtureRequest) -> str:
    """Return the address of a registry that lets only USER push."""
    return str(request.getfixturevalue(request.param))


def sign_in(file: Path, host: str, password: str = PASSWORD) -> None:
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"auths": {host: {"auth": auth}}}))


def push(layout: Layout, image: Descriptor, name: str) -> None:
    Registry(Reference.parse(name)).push(layout, image, lambda done, total: None)


@pytest.mark.parametrize("file", [".docker/config.json", ".config/containers/auth.json"])
def test_who_has_signed_in_may_push_and_pull(
    layout: Layout, image: Descriptor, closed: str, home: Path, tmp_path: Path, file: str
) -> None:
    sign_in(home / file, closed)
    push(layout, image, f"{closed}/team/doors:1")
    fetched = fetch_base(f"{closed}/team/doors:1", Platform(), Layout(tmp_path / "other"))
    assert fetched.manifest.digest == image.digest


def test_docker_config_says_where_the_credentials_are(
    layout: Layout,
    image: Descriptor,
    with_password: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in(tmp_path / "elsewhere" / "config.json", with_password)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "elsewhere"))
    push(layout, image, f"{with_password}/team/elsewhere:1")


def test_a_credential_helper_is_asked(
    layout: Layout,
    image: Descriptor,
    with_password: str,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    helper = tmp_path / "bin" / "docker-credential-tests"
    helper.parent.mkdir()
    said = json.dumps({"Username": USER, "Secret": PASSWORD})
    helper.write_text(f"#!/bin/sh\ncat >/dev/null\necho '{said}'\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{helper.parent}:/usr/bin:/bin")
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_text('{"credsStore": "tests"}')
    push(layout, image, f"{with_password}/team/helped:1")


def test_who_has_not_signed_in_is_told_how(layout: Layout, image: Descriptor, closed: str) -> None:
    with pytest.raises(ImageError, match="without signing in, and no credentials") as caught:
        push(layout, image, f"{closed}/team/nobody:1")
    assert f"`docker login {closed}`" in str(caught.value.hint)


def test_a_wrong_password_is_told_and_shown_nowhere(
    layout: Layout,
    image: Descriptor,
    closed: str,
    home: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    sign_in(home / ".docker" / "config.json", closed, "not-this-one")
    with caplog.at_level(logging.DEBUG), pytest.raises(ImageError) as caught:
        push(layout, image, f"{closed}/team/doors:1")
    assert f"refused the user '{USER}'" in caught.value.message
    captured = capfd.readouterr()
    said = f"{caught.value.message}{caught.value.hint}{caplog.text}{captured.out}{captured.err}"
    assert "not-this-one" not in said
    assert base64.b64encode(f"{USER}:not-this-one".encode()).decode() not in said


def test_a_password_is_not_shown_when_it_is_right(
    layout: Layout, image: Descriptor, closed: str, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in(home / ".docker" / "config.json", closed)
    with caplog.at_level(logging.DEBUG):
        push(layout, image, f"{closed}/team/doors:1")
    assert caplog.records
    assert PASSWORD not in caplog.text
    assert base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode() not in caplog.text


def test_everybody_may_pull_where_the_token_service_says_so(
    layout: Layout, image: Descriptor, with_tokens: str, home: Path, tmp_path: Path
) -> None:
    sign_in(home / ".docker" / "config.json", with_tokens)
    push(layout, image, f"{with_tokens}/team/open:1")
    (home / ".docker" / "config.json").unlink()
    fetched = fetch_base(f"{with_tokens}/team/open:1", Platform(), Layout(tmp_path / "other"))
    assert fetched.manifest.digest == image.digest


@pytest.mark.parametrize(
    ("entry", "words"),
    [({"identitytoken": "x"}, "are an identity token"), ({"auth": "!"}, "cannot be read")],
)
def test_credentials_that_cannot_be_used_are_told(
    layout: Layout,
    image: Descriptor,
    with_password: str,
    home: Path,
    entry: dict[str, str],
    words: str,
) -> None:
    (home / ".docker").mkdir()
    config = {"auths": {with_password: entry}}
    (home / ".docker" / "config.json").write_text(json.dumps(config))
    with pytest.raises(ImageError, match=words):
        push(layout, image, f"{with_password}/team/doors:1")


def test_a_certificate_is_trusted_when_its_authority_is(
    layout: Layout, image: Descriptor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    tls = {"certificate": str(authority.certificate_file), "key": str(authority.key_file)}
    # A name that counts as one of another machine: with loopback names no TLS is spoken.
    monkeypatch.setattr(Reference, "loopback", False)
    with running_registry(tmp_path, lambda address: {"http": {"tls": tls}}) as address:
        name = f"localhost:{address.partition(':')[2]}/team/doors:1"
        with pytest.raises(ImageError, match="a certificate that this machine does not trust"):
            push(layout, image, name)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.certificate_file))
        push(layout, image, name)
        assert Registry(Reference.parse(name)).digest() == image.digest


def test_plain_http_is_spoken_to_another_machine_only_when_told(
    layout: Layout,
    image: Descriptor,
    registry: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Reference, "loopback", False)
    name = f"{registry}/team/plain:1"
    with pytest.raises(ImageError, match="does not speak TLS") as caught:
        push(layout, image, name)
    assert "--insecure" in str(caught.value.hint)
    Registry(Reference.parse(name), plain_http=True).push(layout, image, lambda done, total: None)


def test_a_registry_that_ends_is_told_at_once(layout: Layout, image: Descriptor) -> None:
    name = f"127.0.0.1:{own_port()}/team/doors:1"
    with pytest.raises(ImageError, match="does not answer"):
        push(layout, image, name)
