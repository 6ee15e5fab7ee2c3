"""Files of a run as its artefacts: kept without sending anything twice, listed, brought back."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from facewright.errors import RunError
from facewright.runs import tags
from facewright.runs.safe_paths import below, checked_artefact, is_safe, plain_files
from facewright.runs.tracked_runs import TrackedRuns
from facewright.runs.tracking import answering
from facewright.system import digest
from facewright.system.files import write_text

_MOST = 10_000


class Artefact(NamedTuple):
    """A file that is kept with a run.

    Attributes:
        path: Among the run's artefacts, with forward slashes.
        size: In bytes; None where the store does not say.
    """

    path: str
    size: int | None


class _Kept(NamedTuple):
    size: int
    changed: int
    digest: str


class Artefacts:
    """The artefacts of runs.

    Args:
        runs: The history.
        notes: Folder of its own on this machine, which remembers what was kept. When it is lost,
            everything is sent once more.
    """

    def __init__(self, runs: TrackedRuns, notes: Path) -> None:
        self._runs = runs
        self._notes = notes

    def keep(self, mlflow_id: str, folder: Path, path: str) -> None:
        """Keep the plain files of a folder.

        Args:
            mlflow_id: MLflow's id of the run.
            folder: The folder; one that is not there has no files.
            path: Where to among the artefacts; empty for the top.
        """
        found = {f"{path}/{name}" if path else name: file for name, file in plain_files(folder)}
        with self._remembering(mlflow_id) as kept:
            for artefact, file in found.items():
                if is_safe(artefact):
                    self._keep_file(mlflow_id, file, artefact, kept)
        if refused := [name for name in found if not is_safe(name)]:
            problem = f"{len(refused)} files were not kept for their names: {refused[0][:100]!a}"
            with answering():
                self._runs.client.set_tag(mlflow_id, tags.PROBLEM, problem)

    def all(self, mlflow_id: str) -> Iterator[Artefact]:
        """Yield the artefacts of a run, folder by folder, up to 10,000."""
        folders: list[str | None] = [None]
        count = 0
        while folders and count < _MOST:
            with answering():
                entries = self._runs.client.list_artifacts(mlflow_id, folders.pop(0))
            for entry in entries:
                count += 1
                if not is_safe(entry.path):  # a server can say anything
                    continue
                if entry.is_dir:
                    folders.append(entry.path)
                else:
                    yield Artefact(entry.path, entry.file_size)

    def matching(self, mlflow_id: str, path: str | None) -> list[Artefact]:
        """Return one artefact, those in a folder, or all.

        Raises:
            RunError: There is none.
        """
        wanted = checked_artefact(path.rstrip("/")) if path is not None else None
        found = [
            each
            for each in self.all(mlflow_id)
            if wanted is None or each.path == wanted or each.path.startswith(f"{wanted}/")
        ]
        if not found:
            raise RunError(
                f"the run has no artefact {path!r}" if path else "the run has no artefacts",
                hint="`facewright history info -r RUN` lists the artefacts of a run",
            )
        return found

    def read(self, mlflow_id: str, path: str, limit: int) -> bytes:
        """Return an artefact's content.

        Raises:
            RunError: There is none, or it is longer than the limit.
        """
        with self.fetched(mlflow_id, path) as file:
            if (size := file.stat().st_size) > limit:
                raise RunError(
                    f"{path} is too long to show: expected at most {limit} bytes, received {size}",
                    hint=f"`facewright history download -r RUN -a {path}` writes it to a file",
                )
            return file.read_bytes()

    def download(
        self, mlflow_id: str, path: str | None, destination: Path, overwrite: bool
    ) -> list[Path]:
        """Write artefacts into a folder.

        Args:
            mlflow_id: MLflow's id of the run.
            path: One artefact, a folder of them, or None for all.
            destination: The folder; made when missing.
            overwrite: Whether files that are there may be replaced.

        Returns:
            The files that were written.

        Raises:
            RunError: There is no such artefact, or a file is in the way; nothing was written.
        """
        places = {
            each.path: below(destination, each.path) for each in self.matching(mlflow_id, path)
        }
        taken = [place for place in places.values() if place.exists()]
        if taken and not overwrite:
            raise RunError(
                f"{len(taken)} files are in the way, such as {taken[0]}; nothing was written",
                hint="replace them with --overwrite, or name another folder with -d",
            )
        for artefact, place in places.items():
            with self.fetched(mlflow_id, artefact, destination) as file:
                place.parent.mkdir(parents=True, exist_ok=True)
                file.replace(place)
        return list(places.values())

    @contextmanager
    def fetched(self, mlflow_id: str, path: str, beside: Path | None = None) -> Iterator[Path]:
        """Yield an artefact as a temporary file.

        Args:
            mlflow_id: MLflow's id of the run.
            path: The artefact.
            beside: Folder to make the temporary file in, so that it can be moved within it.

        Raises:
            RunError: There is none.
        """
        self.matching(mlflow_id, path)
        if beside is not None:
            beside.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".facewright-", dir=beside) as folder:
            with answering():
                file = Path(self._runs.client.download_artifacts(mlflow_id, path, folder))
            if not file.is_file() or file.is_symlink():
                raise RunError(f"{path} is no file", hint="name one file of the run")
            yield file

    @contextmanager
    def _remembering(self, mlflow_id: str) -> Iterator[dict[str, _Kept]]:
        notes = self._notes / f"{mlflow_id}.json"
        kept = _read(notes)
        before = dict(kept)
        try:
            yield kept
        finally:
            if kept != before:
                write_text(notes, json.dumps(kept))

    def _keep_file(self, mlflow_id: str, file: Path, artefact: str, kept: dict[str, _Kept]) -> None:
        found, before = file.stat(), kept.get(artefact)
        if before and (before.size, before.changed) == (found.st_size, found.st_mtime_ns):
            return
        content = digest.of_file(file)
        if before is None or before.digest != content:
            above = PurePosixPath(artefact).parent.as_posix()
            with answering():
                self._runs.client.log_artifact(
                    mlflow_id, str(file), None if above == "." else above
                )
        kept[artefact] = _Kept(found.st_size, found.st_mtime_ns, content)


def _read(notes: Path) -> dict[str, _Kept]:
    try:
        content: Mapping[str, list[int | str]] = json.loads(notes.read_text(encoding="utf-8"))
        return {name: _Kept(*entry) for name, entry in content.items()}  # type: ignore[arg-type]
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
