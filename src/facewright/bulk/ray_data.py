"""Shards done by the nodes of a Ray cluster, as a stream of Ray Data through a pool of actors."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import ray
import ray.data

from facewright.bulk.photo import Failure, Photo, Shard
from facewright.bulk.work import Finished, Task
from facewright.errors import BulkError, FacewrightError

_LARGEST_POOL = 1024
_MOST_BLOCKS = 4096


class RayData:
    """An executor on the cluster that this process is in.

    Each actor has a detector and a network of one thread of its own, on a processor of its own.
    The pool takes what the cluster has, and follows it when nodes come and go. A shard whose
    node is lost is done by another one; it may have been written already, and is the same then.

    Args:
        address: Of the cluster, as Ray names it; ``auto`` is the one that this process is in.
        workers: How many actors at most; as many as there is room for when None.
        folder: What every actor finds as its current folder, with the code in it; None when the
            nodes have both.
    """

    def __init__(
        self, address: str = "auto", workers: int | None = None, folder: str | None = None
    ) -> None:
        self._address = address
        self._workers = workers
        self._folder = folder

    def run(self, task: Task, shards: Iterable[Shard]) -> Iterator[Finished]:
        """Yield what became of each shard, as the cluster streams it."""
        rows = [{"shard": _text(shard)} for shard in shards]
        if not rows:
            return
        with _connected(self._address, self._folder):
            most = min(self._workers or _LARGEST_POOL, len(rows))
            first = max(1, min(most, int(ray.cluster_resources().get("CPU", 1))))
            source = ray.data.from_items(rows, override_num_blocks=min(len(rows), _MOST_BLOCKS))
            results = source.map_batches(
                _Actor,
                fn_constructor_args=(task.model_dump_json(),),
                batch_size=1,
                batch_format="numpy",
                compute=ray.data.ActorPoolStrategy(min_size=1, max_size=most, initial_size=first),
                num_cpus=1,
            )
            try:
                for row in results.iter_rows():
                    yield _finished(json.loads(row["finished"]))
            except ray.exceptions.RayError as error:
                raise _explained(error) from error


class _Actor:
    """What runs on a node: a worker, which does one shard after the other."""

    def __init__(self, task: str) -> None:
        self._worker = Task.model_validate_json(task).worker()

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[str]]:
        done = [self._worker.do(_shard(text)) for text in batch["shard"]]
        return {"finished": [json.dumps(asdict(each)) for each in done]}


@contextmanager
def _connected(address: str, folder: str | None) -> Iterator[None]:
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = 0
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    try:
        ray.init(
            address=address,
            runtime_env={"working_dir": folder} if folder else None,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise BulkError(
            f"no cluster of Ray answers at {address}: {str(error).splitlines()[0]}",
            hint="start it with `ray start --head`, or check the address",
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _text(shard: Shard) -> str:
    return json.dumps([shard.id, [[photo.digest, photo.paths] for photo in shard.photos]])


def _shard(text: str) -> Shard:
    name, photos = json.loads(str(text))
    return Shard(name, tuple(Photo(digest, tuple(paths)) for digest, paths in photos))


def _finished(told: dict[str, Any]) -> Finished:
    unread = tuple(Failure(**each) for each in told.pop("unread"))
    return Finished(**told, unread=unread)


def _explained(error: BaseException) -> FacewrightError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, FacewrightError):
            return cause
        cause = getattr(cause, "cause", None) or cause.__cause__
    last = str(error).strip().splitlines()[-1:] or [type(error).__name__]
    return BulkError(
        f"the cluster could not go on: {last[0]}",
        hint="run the same command again, which goes on where it stopped",
    )
