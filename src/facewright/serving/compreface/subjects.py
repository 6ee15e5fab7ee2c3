"""CompreFace's collection: subjects, and their examples."""

import math

from starlette.requests import Request
from starlette.responses import Response

from facewright.recognizer.enrolment import Enrolment
from facewright.serving.compreface.faults import Code, FaultError
from facewright.serving.compreface.looking import answered
from facewright.serving.compreface.requests import (
    PageQuery,
    SubjectBody,
    read_files,
    read_ids,
    read_query,
    read_record,
)
from facewright.serving.face_api.directory import Directory
from facewright.serving.face_api.engine import Engine
from facewright.serving.face_api.enrolled_photos import EnrolledPhoto, photo_id
from facewright.serving.problems import RefusalError

_FAULTS = {
    "no-face": (Code.NO_FACE, "No face is found in the given image"),
    "several-faces": (Code.SEVERAL_FACES, "More than one face in the given image"),
}


class SubjectRoutes:
    """People enrolled without training, as subjects; those of the training are not among them.

    Args:
        engine: Lends the compute thread.
        directory: The people.
    """

    def __init__(self, engine: Engine, directory: Directory) -> None:
        self._engine = engine
        self._directory = directory
        self._limits = engine.server.limits

    async def add(self, request: Request) -> Response:
        """Add a subject without examples."""
        name = (await read_record(request, self._limits, SubjectBody)).subject
        if not await self._engine.work(request, lambda: self._directory.create(name)):
            raise FaultError(Code.SUBJECT_EXISTS, "Subject already exists")
        return answered({"subject": name}, 201)

    async def all(self, request: Request) -> Response:
        """List the subjects."""
        names = await self._engine.work(request, self._names)
        return answered({"subjects": names})

    async def rename(self, request: Request) -> Response:
        """Rename a subject; one of that name gets its examples."""
        old = request.path_params["subject"]
        new = (await read_record(request, self._limits, SubjectBody)).subject

        def work() -> None:
            try:
                self._directory.rename(old, new)
            except RefusalError as error:
                if error.code != "name-taken":
                    raise
                self._directory.merge(old, new)

        await self._engine.work(request, work)
        return answered({"updated": True})

    async def remove(self, request: Request) -> Response:
        """Remove a subject with its examples."""
        name = request.path_params["subject"]
        await self._engine.work(request, lambda: self._directory.remove(name))
        return answered({"subject": name})

    async def remove_all(self, request: Request) -> Response:
        """Remove every subject."""

        def work() -> int:
            names = self._names()
            for name in names:
                self._directory.remove(name)
            return len(names)

        return answered({"deleted": await self._engine.work(request, work)})

    async def add_example(self, request: Request) -> Response:
        """Add a photo of a subject, who may be new."""
        name = request.query_params.get("subject", "")
        if not name:
            raise FaultError(
                Code.MISSING_PARAMETER, "Required String parameter 'subject' is not present"
            )
        photos = await read_files(request, self._limits, "file")
        done = await self._engine.work(
            request, lambda: self._directory.enrol(name, photos, "standard")
        )
        _check(done)
        return answered({"image_id": photo_id(done.digests[0]), "subject": done.name}, 201)

    async def examples(self, request: Request) -> Response:
        """List a page of examples."""
        query = read_query(request, PageQuery)
        photos = await self._engine.work(
            request, lambda: [_entry(each) for each in self._directory.photos(query.subject)]
        )
        first = query.page * query.size
        return answered(
            {
                "faces": photos[first : first + query.size],
                "page_number": query.page,
                "page_size": query.size,
                "total_pages": math.ceil(len(photos) / query.size),
                "total_elements": len(photos),
            }
        )

    async def remove_examples(self, request: Request) -> Response:
        """Remove all examples of a subject, or everybody's; the subjects stay."""
        name = request.query_params.get("subject") or None

        def work() -> int:
            photos = list(self._directory.photos(name))
            for photo in photos:
                self._directory.forget(photo)
            return len(photos)

        return answered({"deleted": await self._engine.work(request, work)})

    async def remove_example(self, request: Request) -> Response:
        """Remove one example."""
        identifier = request.path_params["image_id"]
        return answered(await self._engine.work(request, lambda: self._forget(identifier)))

    async def remove_chosen(self, request: Request) -> Response:
        """Remove the examples of a list of ids; ids of no example are passed over."""
        wanted = set(await read_ids(request, self._limits))

        def work() -> list[dict[str, str]]:
            photos = [each for each in self._directory.photos() if each.id in wanted]
            for photo in photos:
                self._directory.forget(photo)
            return [_entry(each) for each in photos]

        return answered(await self._engine.work(request, work))

    async def image(self, request: Request) -> Response:
        """Return the cut-out face of an example, where it was kept."""
        identifier = request.path_params["image_id"]
        photo = await self._engine.work(request, lambda: self._directory.photo(identifier))
        if photo.chip is None:
            raise FaultError(Code.NO_PHOTO, "No picture was kept of this example", 404)
        return Response(photo.chip, media_type="image/png")

    def _names(self) -> list[str]:
        return [each.name for each in self._directory.entries() if each.source == "enrolled"]

    def _forget(self, identifier: str) -> dict[str, str]:
        photo = self._directory.photo(identifier)
        self._directory.forget(photo)
        return _entry(photo)


def _entry(photo: EnrolledPhoto) -> dict[str, str]:
    return {"image_id": photo.id, "subject": photo.name}


def _check(done: Enrolment) -> None:
    if done.digests:
        return
    [rejected] = done.rejected
    code, message = _FAULTS.get(rejected.code, (Code.INVALID, rejected.words))
    raise FaultError(code, message)
