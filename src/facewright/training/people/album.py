"""Many photos of many people, drawn by several processes."""

import multiprocessing
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from facewright.training.people.identity import Person
from facewright.training.people.photo import photo_path, write_photo

Progress = Callable[[int, int], None]
"""Called with how many photos are written and how many there will be."""


@dataclass(frozen=True)
class Album:
    """Photos of one person to be written into one folder.

    Attributes:
        folder: Where to; it is created.
        person: Who.
        numbers: Which photos.
    """

    folder: Path
    person: Person
    numbers: tuple[int, ...]

    def paths(self) -> list[Path]:
        """The files, in the order of `numbers`."""
        return [photo_path(self.folder, self.person, number) for number in self.numbers]


def draw_many(
    albums: Iterable[Album], workers: int | None = None, progress: Progress | None = None
) -> list[Path]:
    """Write the photos of several albums.

    The files are the same however many workers draw them.

    Args:
        albums: What to write.
        workers: How many processes; one for each processor when None.
        progress: Told after each photo.

    Returns:
        All files, album by album.
    """
    albums = list(albums)
    jobs = [
        (path, album.person, number)
        for album in albums
        for path, number in zip(album.paths(), album.numbers, strict=True)
    ]
    report = progress or _silent
    workers = min(workers or os.cpu_count() or 1, len(jobs))
    if workers <= 1:
        for done, job in enumerate(jobs, start=1):
            write_photo(*job)
            report(done, len(jobs))
    else:
        _write_in_processes(jobs, workers, report)
    return [path for path, _, _ in jobs]


def _write_in_processes(
    jobs: list[tuple[Path, Person, int]], workers: int, progress: Progress
) -> None:
    # Workers start afresh: a fork would copy the threads and locks of whoever calls.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        futures = [pool.submit(write_photo, *job) for job in jobs]
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                progress(done, len(jobs))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _silent(done: int, total: int) -> None:
    """Tell nobody."""
