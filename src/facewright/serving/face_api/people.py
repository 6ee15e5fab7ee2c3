"""`/v1/people…`: who the service knows, and enrolling without training."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from facewright.recognizer.enrolment import Enrolment
from facewright.serving import request_id
from facewright.serving.body import read_json_body
from facewright.serving.face_api.directory import Directory, entry_of
from facewright.serving.face_api.engine import Engine
from facewright.serving.face_api.enrolled_photos import photo_id
from facewright.serving.face_api.options import EnrolOptions, PageOptions, read_options
from facewright.serving.face_api.photos import read_photos, refused_json
from facewright.serving.face_api.recognition import json_response
from facewright.serving.problems import RefusalError
from facewright.wire.faces import EnrolAnswer, PeopleAnswer, PersonEntry, RejectedPhoto


class NameBody(BaseModel):
    """A person's name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(max_length=200)]


class PeopleRoutes:
    """Listing, enrolling, renaming and removing people.

    Args:
        engine: Lends the compute thread.
        directory: The people.
    """

    def __init__(self, engine: Engine, directory: Directory) -> None:
        self._engine = engine
        self._limits = engine.server.limits
        self._directory = directory

    async def page(self, request: Request) -> Response:
        """Answer a page of everybody."""
        options = read_options(request, PageOptions)
        everybody = await self._engine.work(request, self._directory.entries)
        rest = [entry for entry in everybody if entry.name > options.after]
        page = rest[: options.limit]
        # Two entries may share a name, a trained one and an enrolled one; a page ends after both.
        page += [entry for entry in rest[options.limit :][:1] if entry.name == page[-1].name]
        more = len(rest) > len(page)
        return json_response(
            PeopleAnswer(
                people=tuple(page), total=len(everybody), next=page[-1].name if more else None
            )
        )

    async def create(self, request: Request) -> Response:
        """Enrol a person without photos."""
        name = await self._name(request)
        new = await self._engine.work(request, lambda: self._directory.create(name))
        if not new:
            raise RefusalError(409, "name-taken", "a person of this name is enrolled already")
        entry = await self._engine.work(request, lambda: self._entry(name))
        return json_response(entry, 201)

    async def show(self, request: Request) -> Response:
        """Answer what is known of one enrolled person."""
        name = request.path_params["name"]
        return json_response(await self._engine.work(request, lambda: self._entry(name)))

    async def rename(self, request: Request) -> Response:
        """Give a person another name."""
        old, new = request.path_params["name"], await self._name(request)
        name = await self._engine.work(request, lambda: self._directory.rename(old, new))
        return json_response(await self._engine.work(request, lambda: self._entry(name)))

    async def remove(self, request: Request) -> Response:
        """Remove a person for good."""
        name = request.path_params["name"]
        await self._engine.work(request, lambda: self._directory.remove(name))
        return Response(status_code=204)

    async def enrol(self, request: Request) -> Response:
        """Enrol photos of a person, who is new or gets more."""
        options = read_options(request, EnrolOptions)
        name = request.path_params["name"]
        photos = await read_photos(request, self._limits)
        done = await self._engine.work(
            request,
            lambda: self._directory.enrol(
                name, photos, options.gate, keep_chips=options.keep_chips
            ),
        )
        if not done.digests:
            raise _none_accepted(done)
        entry = await self._engine.work(request, lambda: self._entry(done.name))
        return json_response(_enrolled(done, entry), 201 if done.added else 200)

    async def forget(self, request: Request) -> Response:
        """Take one photo of a person out."""
        name, identifier = request.path_params["name"], request.path_params["photo"]

        def work() -> None:
            self._directory.show(name)
            mine = self._directory.photos(name)
            found = next((each for each in mine if each.id == identifier), None)
            if found is None:
                raise RefusalError(404, "photo-not-found", "the person has no photo of this id")
            self._directory.forget(found)

        await self._engine.work(request, work)
        return Response(status_code=204)

    def _entry(self, name: str) -> PersonEntry:
        return entry_of(self._directory.show(name))

    async def _name(self, request: Request) -> str:
        body = await read_json_body(request, self._limits)
        try:
            return NameBody.model_validate_json(body).name
        except ValidationError as error:
            raise refused_json(error) from error


def _enrolled(done: Enrolment, entry: PersonEntry) -> EnrolAnswer:
    return EnrolAnswer(
        request_id=request_id.current.get(),
        name=done.name,
        added=done.added,
        known=done.known,
        photos=entry.photos,
        rejected=tuple(
            RejectedPhoto(photo=each.position, code=each.code, detail=each.words)
            for each in done.rejected
        ),
        photo_ids=tuple(photo_id(digest) for digest in done.digests),
    )


def _none_accepted(done: Enrolment) -> RefusalError:
    reasons = "; ".join(f"photo {each.position}: {each.words}" for each in done.rejected)
    codes = {each.code for each in done.rejected}
    return RefusalError(
        400,
        codes.pop() if len(codes) == 1 else "no-photo-accepted",
        f"no photo was accepted, and nobody was enrolled: {reasons[:1000]}",
        hint="send photos that show one sharp, well lit face, or ask less with gate=off",
    )
