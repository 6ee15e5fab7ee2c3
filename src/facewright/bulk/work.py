"""One shard of photos: read, looked at, written."""

import time
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from facewright.bulk.output import Output
from facewright.bulk.photo import Failure, Photo, Shard
from facewright.bulk.place import Place, open_place
from facewright.bulk.recipe import Recipe
from facewright.bulk.seen import Eyes, Found
from facewright.embedders.lazy import resolve
from facewright.errors import BulkError, FacewrightError, NoFaceFound, PhotoError
from facewright.system import digest

_ATTEMPTS = 3
_PAUSE = 0.5
CHANGED = "photo-changed"


class Task(BaseModel):
    """What is done with every shard; plain values, for other processes and machines.

    Attributes:
        source: Where the photos are.
        output: Where rows and failures go.
        recipe: What is made of a photo.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    output: str
    recipe: Recipe

    def worker(self) -> "Worker":
        """Build what does the work; loads the network."""
        return Worker(self, self.recipe.build())


@dataclass(frozen=True)
class Finished:
    """What became of a shard.

    Attributes:
        shard: Its id.
        paths: How many paths were settled.
        faces: How many rows were written.
        unread: Photos that could not be read now, or changed meanwhile: not settled.
    """

    shard: str
    paths: int
    faces: int
    unread: tuple[Failure, ...] = ()


class Worker:
    """Does shards, in a process of its own.

    Args:
        task: What is done.
        eyes: Look at the photos.
    """

    def __init__(self, task: Task, eyes: Eyes) -> None:
        self._identity = task.recipe.identity()
        self._source: Place = open_place(task.source)
        self._output = Output(open_place(task.output))
        self._eyes = eyes

    def do(self, shard: Shard) -> Finished:
        """Do a shard, unless it is done.

        Raises:
            BulkError: The output cannot be written.
        """
        rows_there = self._output.rows_of(shard.id)
        if rows_there is not None:  # by a worker that was lost before it could tell
            return Finished(shard.id, shard.paths, rows_there)
        row: Any = resolve("facewright.bulk.rows:Row", "bulk")
        rows: list[Any] = []
        failures: list[Failure] = []
        unread: list[Failure] = []
        for photo in shard.photos:
            data = self._read(photo)
            if isinstance(data, FacewrightError):
                unread += _failures(photo, data)
                continue
            found = self._look(data)
            if isinstance(found, FacewrightError):
                failures += _failures(photo, found)
                continue
            rows += [
                row(path, photo.digest, number, face)
                for path in photo.paths
                for number, face in enumerate(found)
            ]
        if rows or failures:  # else the shard would count as done, and be met again
            self._output.put(shard, rows, failures, self._identity)
        paths = shard.paths - len(unread)
        return Finished(shard.id, paths, len(rows), tuple(unread))

    def _look(self, data: bytes) -> "list[Found] | FacewrightError":
        try:
            return list(self._eyes.look(data))
        except (PhotoError, NoFaceFound) as error:  # anything else is no fault of the photo
            return error

    def _read(self, photo: Photo) -> bytes | FacewrightError:
        """Read a photo under the first of its paths that still holds it."""
        failure: FacewrightError = _changed()
        for path in photo.paths:
            for attempt in range(_ATTEMPTS):
                try:
                    data = self._source.read(path)
                except BulkError as error:
                    failure = error
                    time.sleep(_PAUSE * attempt)
                    continue
                if digest.of_bytes(data) == photo.digest:
                    return data
                failure = _changed()
                break
        return failure


class _Changed(FacewrightError):
    code = CHANGED


def _changed() -> FacewrightError:
    return _Changed("the file changed while the photos were worked on")


def _failures(photo: Photo, error: FacewrightError) -> list[Failure]:
    return [Failure(path, photo.digest, error.code, error.message) for path in photo.paths]
