"""Both clients against a real service of a trained model."""

import asyncio
import inspect
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from face_service import drawn_photo, face_service

from facewright.client import AsyncClient, Client
from facewright.errors import InputError, PhotoUnreadable, ServiceError, ServiceRefused
from facewright.serving import keys
from facewright.serving.access import KeyRing
from facewright.serving.app import Surroundings
from facewright.training.train import TrainingResult

Ask = Callable[..., Any]
PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def url(trained: TrainingResult, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("client")
    with face_service(trained.files["my_model.onnx"], folder) as address:
        yield address


@pytest.fixture(params=["Client", "AsyncClient"])
def ask(request: pytest.FixtureRequest, url: str) -> Ask:
    """Call a method of either client by its name."""

    async def awaited(name: str, *values: Any, **options: Any) -> Any:
        async with AsyncClient(url, timeout=120) as client:
            method: Callable[..., Awaitable[Any]] = getattr(client, name)
            return await method(*values, **options)

    def asked(name: str, *values: Any, **options: Any) -> Any:
        if request.param == "AsyncClient":
            return asyncio.run(awaited(name, *values, **options))
        with Client(url, timeout=120) as client:
            return getattr(client, name)(*values, **options)

    return asked


def test_faces_are_named(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "bruno.jpg"
    path.write_bytes(drawn_photo("bruno"))

    answer = ask("recognize_faces", drawn_photo("ada"), path, candidate=True, embedding=True)

    assert [photo.faces[0].name for photo in answer.photos] == ["ada", "bruno"]
    face = answer.photos[1].faces[0]
    assert (face.candidate, len(face.embedding)) == ("bruno", 128)
    assert face.quality.face_pixels > 40


def test_the_scoring_route_agrees(ask: Ask) -> None:
    assert ask("recognize", drawn_photo("ada")).name == "ada"
    assert ask("recognize_faces", drawn_photo("ada")).photos[0].faces[0].name == "ada"
    assert ask("health") == "Healthy"


def test_faces_are_found_embedded_and_compared(ask: Ask) -> None:
    ada, other = drawn_photo("ada"), drawn_photo("ada", 21)

    [found] = ask("detect", ada, limit=1, small=True).photos
    assert len(found.faces) == 1
    embedded = ask("embed", ada, other)
    assert (embedded.dimension, len(embedded.photos)) == (128, 2)
    assert ask("verify", ada, other).same
    assert not ask("verify", ada, drawn_photo("bruno"), threshold=0.999).same


def test_the_model_is_told(ask: Ask) -> None:
    model = ask("model")
    assert set(model.labels) >= {"ada", "bruno", "clara"}
    assert -1 < model.threshold < 1


def test_people_come_and_go(ask: Ask) -> None:
    name, new = "hugo/ø ?#", "hugo é%2F"
    added = ask("add_person", name, drawn_photo("hugo"), gate="off", keep_chips=True)
    assert (added.added, added.photos) == (1, 1)
    assert ask("add_person", name, drawn_photo("hugo"), gate="off").known == 1
    assert ask("recognize_faces", drawn_photo("hugo", 21)).photos[0].faces[0].name == name

    assert ask("rename_person", name, new).name == new
    sources = {each.name: each.source for each in ask("people")}
    assert sources == {"ada": "trained", "bruno": "trained", "clara": "trained", new: "enrolled"}

    ask("remove_person", new)
    assert new not in {each.name for each in ask("people")}
    with pytest.raises(ServiceRefused) as caught:
        ask("remove_person", new)
    assert (caught.value.status, caught.value.problem) == (404, "person-not-found")


def test_every_page_of_people_is_read() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        after = request.url.params.get("after", "")
        name, following = {"": ("a", "a"), "a": ("b", "b"), "b": ("c", "b")}[after]
        entry = {"name": name, "source": "trained"}
        return httpx.Response(200, json={"people": [entry], "total": 3, "next": following})

    with Client("http://service", transport=httpx.MockTransport(respond)) as client:
        assert [each.name for each in client.people()] == ["a", "b", "c"]


def test_a_refusal_keeps_the_services_words(ask: Ask) -> None:
    with pytest.raises(ServiceRefused) as caught:
        ask("recognize_faces", b"no photo")
    assert (caught.value.status, caught.value.problem) == (400, "photo-unreadable")
    with pytest.raises(PhotoUnreadable):
        ask("recognize_faces", Path("missing.jpg"))
    with pytest.raises(InputError, match="no photo was given"):
        ask("detect")


def test_one_bad_photo_of_several_has_a_word_of_its_own(ask: Ask) -> None:
    good, bad = ask("recognize_faces", drawn_photo("ada"), b"no photo").photos
    assert good.faces[0].name == "ada"
    assert bad.error.code == "photo-unreadable"


def test_keys_open_what_they_are_for(trained: TrainingResult, tmp_path: Path) -> None:
    held = keys.create(tmp_path / "keys.json", scopes=[keys.Scope.SCORE])
    around = Surroundings(ring=KeyRing(tmp_path / "keys.json"))
    model = trained.files["my_model.onnx"]
    with face_service(model, tmp_path, surroundings=around) as address:
        with Client(address, held.secondary) as client:
            assert client.recognize_faces(drawn_photo("ada")).photos[0].faces[0].name == "ada"
            with pytest.raises(ServiceRefused) as caught:
                client.people()
        assert (caught.value.status, caught.value.problem) == (403, "forbidden")
        with Client(address) as client, pytest.raises(ServiceRefused) as caught:
            client.model()
        assert caught.value.status == 401


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"photos": 3}', b"\xff", b"[" * 100_000])
def test_an_answer_of_something_else_is_told(body: bytes) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    with Client("http://service", transport=transport) as client:
        for ask in (client.model, client.people, lambda: client.detect(b"photo")):
            with pytest.raises(ServiceError, match="cannot be read"):
                ask()


def test_many_questions_at_once_get_their_own_answers(url: str) -> None:
    async def all_of_them() -> list[tuple[str, str]]:
        async with AsyncClient(url, timeout=120) as client:
            wanted = ["ada", "bruno", "clara"] * 4
            asked = (client.recognize_faces(drawn_photo(name)) for name in wanted)
            answers = await asyncio.gather(*asked)
            found = [each.photos[0].faces[0].name for each in answers]
            return list(zip(wanted, found, strict=True))

    assert all(wanted == found for wanted, found in asyncio.run(all_of_them()))


def test_one_client_is_made_from_the_other() -> None:
    command = [sys.executable, str(PROJECT / "tools" / "sync-client"), "--check"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_both_clients_have_the_same_methods() -> None:
    def public(kind: type) -> dict[str, list[str]]:
        methods = inspect.getmembers(kind, inspect.isfunction)
        named = ((name.removeprefix("a") if name == "aclose" else name, m) for name, m in methods)
        return {n: list(inspect.signature(m).parameters) for n, m in named if n[0] != "_"}

    assert public(Client) == public(AsyncClient)


def test_the_client_needs_no_numpy() -> None:
    code = "import sys, facewright.client; print(sorted({'numpy', 'PIL', 'cv2'} & {*sys.modules}))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
