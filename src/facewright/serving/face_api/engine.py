"""The recognizer behind the server's queue: photos of different requests are computed together."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request

from facewright.errors import FacewrightError, NoFaceFound
from facewright.recognizer.answer import Answer, RecognizedFace
from facewright.recognizer.look import Sight, Wish
from facewright.recognizer.recognizer import Recognizer
from facewright.recognizer.timings import STAGES, Timings
from facewright.serving.batcher import Batcher
from facewright.serving.connected import while_connected
from facewright.serving.face_api.collected import collect
from facewright.serving.mount import ServerParts

# Eight photos have all there is to gain: 21.9 ms of a processor for each alone, 19.2 by eights,
# 19.4 by thirty-twos. More would only make the first of them wait for the last.
_MOST_TOGETHER = 8

Result = TypeVar("Result")


@dataclass(frozen=True)
class _Job:
    photo: bytes
    wish: Wish


class Engine:
    """Answers for photos, in the order they were given.

    Args:
        recognizer: What answers.
        server: The server's queue, limits and metrics.
    """

    def __init__(self, recognizer: Recognizer, server: ServerParts) -> None:
        self.recognizer = recognizer
        self.server = server
        self._recognizing: Batcher[_Job, Answer] = Batcher(
            server.compute, self._recognize, name="recognize", max_weight=_MOST_TOGETHER
        )
        self._detecting: Batcher[_Job, Sight] = Batcher(
            server.compute, self._look, name="detect", max_weight=_MOST_TOGETHER
        )
        self._working: Batcher[Callable[[], Any], Any] = Batcher(
            server.compute, lambda works: [work() for work in works], name="people"
        )

    async def recognize(
        self, request: Request, photos: Sequence[bytes], wish: Wish
    ) -> list[Answer | FacewrightError]:
        """Return each photo's answer, or why there is none.

        Raises:
            FacewrightError: The only photo cannot be used.
            RefusalError: The queue is full, the time over, or the client left.
        """
        answers = await self._each(request, self._recognizing, photos, wish)
        for answer in answers:
            if isinstance(answer, Answer):
                self.count(answer)
                collect(answer, self.server.collector)
        return answers

    def count(self, answer: Answer) -> None:
        """Let the metrics hear of an answer."""
        self._observe(answer.timings)
        unknown = sum(face.decision.unknown for face in answer.faces)
        self.server.metrics.faces(named=len(answer.faces) - unknown, unknown=unknown)

    async def look(
        self, request: Request, photos: Sequence[bytes], wish: Wish
    ) -> list[Sight | FacewrightError]:
        """Return what was seen in each photo; raises as `recognize`."""
        sights = await self._each(request, self._detecting, photos, wish)
        for sight in sights:
            if isinstance(sight, Sight):
                self._observe(sight.timings)
        return sights

    async def work(self, request: Request, work: Callable[[], Result]) -> Result:
        """Return what a function returns that takes the compute thread for itself."""
        seconds = self.server.limits.deadline_seconds
        result: Result = await while_connected(request, self._working.submit(work, seconds=seconds))
        return result

    async def largest_faces(
        self, request: Request, photos: Sequence[bytes]
    ) -> list[tuple[Answer, RecognizedFace]]:
        """Return the answer and the largest face of each photo.

        Raises:
            FacewrightError: A photo cannot be used, or shows no face.
            RefusalError: As `recognize`.
        """
        answers = await self.recognize(request, photos, Wish(limit=1, quality=True))
        return [_largest(position, answer) for position, answer in enumerate(answers)]

    async def _each(
        self, request: Request, batcher: Batcher[_Job, Result], photos: Sequence[bytes], wish: Wish
    ) -> list[Result | FacewrightError]:
        seconds = self.server.limits.deadline_seconds
        waiting = [batcher.submit(_Job(photo, wish), seconds=seconds) for photo in photos]
        if len(waiting) == 1:
            return [await while_connected(request, waiting[0])]
        together = _settled(waiting)
        outcomes: list[Result | BaseException] = await while_connected(request, together)
        return [_usable(outcome) for outcome in outcomes]

    def _recognize(self, jobs: Sequence[_Job]) -> list[Answer | Exception]:
        photos, wishes = [job.photo for job in jobs], [job.wish for job in jobs]
        return [*self.recognizer.recognize_many(photos, wishes)]

    def _look(self, jobs: Sequence[_Job]) -> list[Sight | Exception]:
        photos, wishes = [job.photo for job in jobs], [job.wish for job in jobs]
        return [*self.recognizer.look_many(photos, wishes)]

    def _observe(self, timings: Timings) -> None:
        for stage in STAGES:
            if stage in timings.seconds:
                self.server.metrics.stage(stage, timings.seconds[stage])


async def _settled(waiting: Sequence[Any]) -> list[Any]:
    return await asyncio.gather(*waiting, return_exceptions=True)


def _usable(outcome: Result | BaseException) -> Result | FacewrightError:
    # A refusal, such as a full queue, is the whole request's; a bad photo is its own affair.
    if isinstance(outcome, BaseException) and not isinstance(outcome, FacewrightError):
        raise outcome
    return outcome


def _largest(position: int, answer: Answer | FacewrightError) -> tuple[Answer, RecognizedFace]:
    if not isinstance(answer, Answer):
        raise answer
    if not answer.faces:
        raise NoFaceFound(
            f"no face was found in photo {position + 1} of {answer.width} x {answer.height} pixels",
            hint="send a photo in which a face looks at the camera, 40 pixels or larger",
        )
    return answer, answer.faces[0]
