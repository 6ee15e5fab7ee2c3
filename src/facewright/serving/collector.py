"""Keeps what a service answered, where its owner asked for that.

The layout is the original's, below a folder the owner names::

    <service>/<model>/<identifier>/<yyyy>/<mm>/<dd>/data.csv     answers
    <service>/<model>/chips/<yyyy>/<mm>/<dd>/<request id>-<n>.png  chips, by a second flag only

A CSV begins with the original's columns ``$Timestamp, $CorrelationId, $RequestId``. Nothing a
client sent is kept, unless the second flag is given: then the faces cut out of its photos are.
Folders of days past the retention are deleted when the service starts and when a day begins.
"""

import csv
import datetime
import fcntl
import io
import logging
import queue
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facewright.errors import ServiceError
from facewright.serving import request_id
from facewright.system import files
from facewright.wire.scoring import FaceAnswer, Recognition, decode_answer

logger = logging.getLogger(__name__)

_OWN_COLUMNS = ("$Timestamp", "$CorrelationId", "$RequestId")
_FACE_COLUMNS = ("face", "index", "name", "probability", "similarity", "unknown")
_MOST_PENDING = 10_000
_LONGEST_ANSWER = 10_000


@dataclass(frozen=True)
class Collection:
    """What to keep, and for how long.

    Attributes:
        folder: Where; created when missing.
        retention_days: How many days back are kept.
        chips: Whether the faces cut out of photos are kept too.
        model: Folder of the model, such as ``<id>-<name>-<version>``.
    """

    folder: Path
    retention_days: int = 30
    chips: bool = False
    model: str = "model"


class Collector:
    """Writes answers to dated folders, in a thread of its own; several processes may share them.

    Args:
        collection: What to keep, and where.
        service: The service's name.

    Raises:
        ServiceError: The folder cannot be written.
    """

    def __init__(self, collection: Collection, service: str) -> None:
        self._base = collection.folder / plain_name(service) / plain_name(collection.model)
        self._collection = collection
        self._today: datetime.date | None = None
        self._pending: queue.Queue[Callable[[], None] | None] = queue.Queue(_MOST_PENDING)
        try:
            self._base.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ServiceError(
                f"answers cannot be collected in {collection.folder}: {error.strerror}"
            ) from error
        self._thread = threading.Thread(target=self._work, name="collector", daemon=True)
        self._thread.start()

    @property
    def keeps_chips(self) -> bool:
        """Whether the owner asked for chips."""
        return self._collection.chips

    def answer(self, text: str) -> None:
        """Keep the answer of a scoring script, encoded once or twice."""
        request, moment = request_id.current.get(), _now()
        self._put(lambda: self._write_answer(text, request, moment))

    def rows(self, identifier: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Keep rows of the same columns each time, in the CSV of an identifier."""
        request, moment = request_id.current.get(), _now()
        self._put(lambda: self._append(identifier, columns, rows, request, moment))

    def chip(self, png: bytes, number: int) -> None:
        """Keep the chip of a request's face of that number, where the owner asked for chips."""
        if not self.keeps_chips:
            return
        request, moment = request_id.current.get(), _now()
        name = f"{plain_name(request)}-{number}.png"
        self._put(lambda: files.write_bytes(self._day("chips", moment) / name, png))

    def close(self) -> None:
        """Write what is pending, and end."""
        self._pending.put(None)
        self._thread.join()

    def _put(self, write: Callable[[], None]) -> None:
        try:
            self._pending.put_nowait(write)
        except queue.Full:
            logger.warning("an answer was not collected: the disk is too slow")

    def _work(self) -> None:
        self._sweep()
        while (write := self._pending.get()) is not None:
            try:
                write()
            except OSError as error:
                logger.error("an answer was not collected: %s", error)

    def _write_answer(self, text: str, request: str, moment: datetime.datetime) -> None:
        try:
            recognition = decode_answer(text)
        except ServiceError:
            rows = [[text[:_LONGEST_ANSWER]]]
            self._append("answers", ["answer"], rows, request, moment)
            return
        faces: Sequence[FaceAnswer | Recognition] = recognition.faces or (recognition,)
        table = [
            [number, f.index, f.name, f.probability, f.similarity, f.unknown]
            for number, f in enumerate(faces)
        ]
        self._append("faces", _FACE_COLUMNS, table, request, moment)

    def _append(
        self,
        identifier: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        request: str,
        moment: datetime.datetime,
    ) -> None:
        path = self._day(identifier, moment) / "data.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        own = [moment.isoformat(timespec="milliseconds"), "", request]
        with path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            header = [[*_OWN_COLUMNS, *columns]] if file.tell() == 0 else []
            file.write(_csv([*header, *([*own, *row] for row in rows)]))

    def _day(self, identifier: str, moment: datetime.datetime) -> Path:
        if moment.date() != self._today:
            self._sweep()
            self._today = moment.date()
        return self._base / plain_name(identifier) / moment.strftime("%Y/%m/%d")

    def _sweep(self) -> None:
        oldest = _now().date() - datetime.timedelta(days=self._collection.retention_days)
        for folder, day in _days(self._base):
            if day < oldest:
                shutil.rmtree(folder, ignore_errors=True)  # another worker may be at it too


def _days(base: Path) -> Iterator[tuple[Path, datetime.date]]:
    digits = ("[0-9]" * 4, "[0-9]" * 2, "[0-9]" * 2)
    for folder in base.glob("/".join(["*", *digits])):
        try:
            day = datetime.date(*(int(part) for part in folder.parts[-3:]))
        except ValueError:
            continue
        if folder.is_dir() and not folder.is_symlink():
            yield folder, day


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def plain_name(name: str) -> str:
    """Return a name that is one folder or file, whatever a client or a registry called it."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".")[:100] or "_"


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
