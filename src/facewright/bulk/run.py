"""A bulk job: list the photos, leave out what is done, do the rest, say what became of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from facewright.bulk.executor import Executor
from facewright.bulk.identity import check_identity, claim
from facewright.bulk.listing import Listing, list_photos
from facewright.bulk.output import Done, Output, Pair
from facewright.bulk.photo import Failure, Photo, Shard, shards_of
from facewright.bulk.place import is_remote, open_place
from facewright.bulk.reporter import Reporter
from facewright.bulk.work import Finished, Task
from facewright.errors import BulkError

MOST_LISTED = 1000


@dataclass(frozen=True)
class Outcome:
    """What a bulk job did.

    Attributes:
        output: Where the rows are.
        paths: Files of photos in the source.
        photos: Different contents among them.
        known: Files that were done before.
        faces: Rows there are now.
        failed: Files without rows: no face in them, or no photo.
        unread: Files that could not be read, or changed meanwhile; another run does them.
        failures: The first of both kinds, at most `MOST_LISTED` each.
        seconds: How long it took.
    """

    output: str
    paths: int
    photos: int
    known: int
    faces: int
    failed: int
    unread: int
    failures: tuple[Failure, ...]
    seconds: float

    @property
    def rate(self) -> float:
        """Files a second, those that were done before left out."""
        return (self.paths - self.known - self.unread) / self.seconds if self.seconds else 0.0


def run_bulk(
    task: Task, executor: Executor, reporter: Reporter, shard_size: int | None = None
) -> Outcome:
    """Embed or score every photo of a source once.

    What is done is not done again: a job that was interrupted, or whose source has grown, goes on
    with the rest. A photo that is gone or has changed loses its rows.

    Args:
        task: Source, output, and what is made of a photo.
        executor: Does the shards.
        reporter: Hears the progress.
        shard_size: Photos in a shard; by how many there are when None.

    Raises:
        BulkError: No photos, an output of another model, or one in use.
    """
    started = time.monotonic()
    identity = task.recipe.identity()
    place = open_place(task.output)
    output = Output(place)
    _check_apart(task)
    check_identity(place, identity)  # before millions of photos are read
    with reporter.progress("Listing photos") as hear:
        listing = list_photos(open_place(task.source), output.seen(), hear)
    with _alone(task.output):
        claim(place, identity)
        output.keep_seen(listing.seen)
        done = _current(output, listing)
        settled = done.pairs()
        shards = shards_of(list(_undone(listing, settled)), identity.digest, shard_size)
        finished = _run(task, executor, reporter, shards, len(settled))
        return _outcome(output, listing, done, finished, time.monotonic() - started)


def _run(
    task: Task, executor: Executor, reporter: Reporter, shards: list[Shard], known: int
) -> list[Finished]:
    total, paths = sum(shard.paths for shard in shards), 0
    finished = []
    with reporter.progress(_label(task, total, known)) as hear:
        for each in executor.run(task, shards):
            finished.append(each)
            paths += each.paths
            hear(paths, total)
    return finished


def _outcome(
    output: Output, listing: Listing, done: Done, finished: list[Finished], seconds: float
) -> Outcome:
    failed: list[Failure] = []
    count = 0
    for failure in output.failures():
        count += 1
        failed += [failure] if len(failed) < MOST_LISTED else []
    unread = [*listing.unread, *(failure for each in finished for failure in each.unread)]
    return Outcome(
        output=output.uri,
        paths=listing.paths,
        photos=len(listing.photos),
        known=len(done.pairs()),
        faces=sum(done.rows.values()) + sum(each.faces for each in finished),
        failed=count,
        unread=len(unread),
        failures=(*sorted(failed, key=lambda each: each.path), *unread[:MOST_LISTED]),
        seconds=seconds,
    )


def _current(output: Output, listing: Listing) -> Done:
    """Return what is done of the photos as they are; shards with others among them go."""
    there = {(path, photo.digest) for photo in listing.photos for path in photo.paths}
    # What could not be read now may well be what it was.
    unread = {failure.path for failure in listing.unread}
    done = output.done()
    for shard, pairs in list(done.shards.items()):
        if any(pair not in there and pair[0] not in unread for pair in pairs):
            output.drop(shard)
            done.forget(shard)
    return done


def _undone(listing: Listing, settled: set[Pair]) -> Iterator[Photo]:
    for photo in listing.photos:
        paths = tuple(path for path in photo.paths if (path, photo.digest) not in settled)
        if paths:
            yield Photo(photo.digest, paths)


def _label(task: Task, total: int, known: int) -> str:
    verb = "Scoring" if task.recipe.kind == "score" else "Embedding"
    return f"{verb} {total} photos" + (f" ({known} are done)" if known else "")


def _check_apart(task: Task) -> None:
    if is_remote(task.source) or is_remote(task.output):
        return
    source, output = (Path(each).expanduser().absolute() for each in (task.source, task.output))
    if source == output:
        raise BulkError(
            f"the output is the folder of photos itself: {output}",
            hint="name another folder with --to",
        )


@contextmanager
def _alone(uri: str) -> Iterator[None]:
    """Hold an output's lock; an object store has none, and repairs itself in the next run."""
    if is_remote(uri):
        yield
        return
    folder = Path(uri).expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout:
        raise BulkError(
            f"another run writes to the output: {uri}",
            hint="wait until it has ended, or name another output",
        ) from None
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        raise BulkError(
            f"the output cannot be a folder: {uri}: {error.strerror}",
            hint="name another folder with --to",
        ) from error
