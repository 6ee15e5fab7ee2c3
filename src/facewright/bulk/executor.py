"""The port of executors: many workers that do shards."""

from collections.abc import Iterable
from typing import Protocol

from facewright.bulk.photo import Shard
from facewright.bulk.work import Finished, Task


class Executor(Protocol):
    """Does shards side by side, each at least once."""

    def run(self, task: Task, shards: Iterable[Shard]) -> Iterable[Finished]:
        """Yield what became of each shard, as they end.

        A shard whose worker is lost is done again by another one. Closing the iterator stops the
        work; what was yielded stays.

        Raises:
            FacewrightError: No worker can be started, or the output cannot be written.
        """
        ...
