"""The client of a service, for programs with an event loop.

`facewright.client.client` is made from this file by `tools/sync-client`; edit this one.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from facewright.client import answers, calls
from facewright.client.address import authorization, base_of, below, is_loopback
from facewright.client.calls import Call, Gate
from facewright.client.photos import read_photo_async
from facewright.client.retries import Patience, Retries
from facewright.errors import InputError
from facewright.wire.faces import (
    DetectAnswer,
    EmbedAnswer,
    EnrolAnswer,
    ModelAnswer,
    PeopleAnswer,
    PersonEntry,
    RecognizeAnswer,
    VerifyAnswer,
)
from facewright.wire.scoring import MAX_PHOTO_BYTES, Recognition, decode_answer

_DEFAULT_RETRIES = Retries()


class AsyncClient:
    """Asks a service who is in photos, and tells it who people are.

    Any method may raise:

    - `ServiceUnreachable`: nobody answers at the address, or not in time;
    - `ServiceRefused`: the service answered with an error; its words and code;
    - `ServiceError`: the answer is not that of a Facewright service;
    - `PhotoUnreadable`, `PhotoTooLarge`: a file that was to be sent.

    Requests that do no harm when they are done twice are sent again when the service is busy or
    the connection is lost; changes of people only when nobody can have heard them.

    Args:
        url: The service's base address, or its scoring address that ends in ``/score``.
        key: A key of the service, for one that asks for it.
        timeout: Seconds to wait for each step of a request.
        retries: How often to try.
        max_photo_bytes: Larger photos are refused before they are sent.
        transport: Replaces the network, for tests.

    Raises:
        InputError: The address is not http or https, or the key cannot be a key.

    Example:
        >>> async with AsyncClient("http://127.0.0.1:8000") as client:  # doctest: +SKIP
        ...     answer = await client.recognize(Path("someone.jpg"))
        >>> answer.name  # doctest: +SKIP
        'ada'
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        timeout: float = 30.0,
        *,
        retries: Retries = _DEFAULT_RETRIES,
        max_photo_bytes: int = MAX_PHOTO_BYTES,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._base = base_of(url)
        self._timeout = timeout
        self._patience = Patience(retries)
        self._max_photo_bytes = max_photo_bytes
        self._http = httpx.AsyncClient(
            headers=authorization(key),
            timeout=timeout,
            transport=transport,
            # A proxy is of no use on the way to this machine, and may break it.
            trust_env=not is_loopback(self._base.host),
        )

    def __repr__(self) -> str:
        return f"AsyncClient({self.url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    @property
    def url(self) -> str:
        """The scoring address, without a password it may have held."""
        return str(below(self._base, "score").copy_with(username=None, password=None))

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def health(self) -> str:
        """Return the service's word on its health, ``Healthy``."""
        response = await self._send(calls.health())
        return response.text

    async def recognize(self, photo: Path | bytes) -> Recognition:
        """Return who is on a photo, by the scoring route that every service has.

        Args:
            photo: A photo's path, or the bytes of its file.
        """
        [data] = await self._read([photo])
        response = await self._send(calls.score(data))
        return decode_answer(response.text)

    async def recognize_faces(
        self,
        *photos: Path | bytes,
        limit: int = 0,
        small: bool = False,
        candidate: bool = False,
        embedding: bool = False,
    ) -> RecognizeAnswer:
        """Name every face of photos, with quality, margin and timings.

        Args:
            photos: Paths, or bytes of files; answered in this order.
            limit: Most faces of a photo, the largest first; 0 for all.
            small: Look for small faces beside large ones too, which takes longer.
            candidate: Tell the likeliest person even for ``unknown``.
            embedding: Tell where the network places each face.
        """
        detail = ",".join(
            name
            for name, wanted in {"candidate": candidate, "embedding": embedding}.items()
            if wanted
        )
        query = calls.options(limit=limit, small=small, detail=detail or None)
        call = calls.recognize(await self._read(photos), query)
        return answers.read(RecognizeAnswer, await self._send(call))

    async def detect(
        self, *photos: Path | bytes, limit: int = 0, small: bool = False
    ) -> DetectAnswer:
        """Find the faces of photos, without asking whose they are; see `recognize_faces`."""
        query = calls.options(limit=limit, small=small)
        call = calls.detect(await self._read(photos), query)
        return answers.read(DetectAnswer, await self._send(call))

    async def embed(
        self, *photos: Path | bytes, limit: int = 0, small: bool = False
    ) -> EmbedAnswer:
        """Return the embeddings of the faces of photos; see `recognize_faces`."""
        query = calls.options(limit=limit, small=small)
        call = calls.embed(await self._read(photos), query)
        return answers.read(EmbedAnswer, await self._send(call))

    async def verify(
        self, first: Path | bytes, second: Path | bytes, *, threshold: float | None = None
    ) -> VerifyAnswer:
        """Tell whether the largest faces of two photos are one person's.

        Args:
            first: A path, or the bytes of a file.
            second: Another.
            threshold: Least similarity, −1 to 1; the model's own when left out.
        """
        one, two = await self._read([first, second])
        call = calls.verify(one, two, threshold)
        return answers.read(VerifyAnswer, await self._send(call))

    async def model(self) -> ModelAnswer:
        """Return labels, detector, network, threshold and the evidence for it."""
        return answers.read(ModelAnswer, await self._send(calls.model()))

    async def people(self) -> list[PersonEntry]:
        """Return everybody the service knows, by name."""
        found: list[PersonEntry] = []
        after: str | None = ""
        while after is not None:
            page = answers.read(PeopleAnswer, await self._send(calls.people(after)))
            found += page.people
            # A page that does not lead on would be asked for without end.
            after = page.next if page.next is not None and page.next > after else None
        return found

    async def add_person(
        self,
        name: str,
        *photos: Path | bytes,
        gate: Gate = "standard",
        keep_chips: bool = False,
    ) -> EnrolAnswer:
        """Enrol photos of a person, who is new or gets more.

        Args:
            name: The person.
            photos: Paths, or bytes of files; photos the person has already change nothing.
            gate: How much is asked of a photo.
            keep_chips: Keep the cut-out faces as pictures.
        """
        call = calls.enrol(name, await self._read(photos), gate, keep_chips)
        return answers.read(EnrolAnswer, await self._send(call))

    async def rename_person(self, name: str, new: str) -> PersonEntry:
        """Give an enrolled person another name."""
        return answers.read(PersonEntry, await self._send(calls.rename(name, new)))

    async def remove_person(self, name: str) -> None:
        """Remove an enrolled person with everything kept about them."""
        await self._send(calls.remove(name))

    async def _read(self, photos: Sequence[Path | bytes]) -> list[bytes]:
        if not photos:
            raise InputError("no photo was given: expected one or more")
        return [await read_photo_async(photo, self._max_photo_bytes) for photo in photos]

    async def _send(self, call: Call) -> httpx.Response:
        attempt = 0
        while True:
            attempt += 1
            outcome = await self._attempt(call)
            if isinstance(outcome, httpx.Response) and outcome.is_success:
                return outcome
            pause = self._patience.pause(attempt, outcome, repeatable=call.repeatable)
            if pause is None:
                if isinstance(outcome, httpx.Response):
                    raise answers.refused(outcome)
                raise answers.unreachable(self.url, self._timeout, outcome) from outcome
            await asyncio.sleep(pause)

    async def _attempt(self, call: Call) -> httpx.Response | httpx.RequestError:
        address = below(self._base, call.path)
        try:
            return await self._http.request(
                call.method, address, params=call.query or None, **call.body
            )
        except httpx.RequestError as error:
            return error
