"""What `--model` of `register` may name: a file, a folder, a web address, a promoted asset."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from facewright.cli.console import Console
from facewright.errors import ManagementError

if TYPE_CHECKING:
    from facewright.management.models.sources import Source


@contextmanager
def found(named: str, data: Path, limit: int) -> Iterator[tuple["Source", str | None]]:
    """Yield what is to be registered, and the run it comes from if that can be told.

    Args:
        named: As it was given.
        data: The user's data folder.
        limit: Bytes that it may have.

    Raises:
        ManagementError: There is nothing, or too much, or it cannot be fetched.
        RunError: A link cannot be followed.
    """
    from facewright.management.models.fetch import fetched, is_address
    from facewright.management.models.sources import find_source

    if is_address(named):
        with (
            Console().progress("Fetching the model") as progress,
            fetched(named, data / "store" / "fetched", limit, progress) as file,
        ):
            yield find_source(file, limit, file.name), None
    elif named.endswith(".link") and Path(named).is_file():
        with _promoted(Path(named), limit) as promoted:
            yield promoted
    else:
        yield find_source(Path(named), limit), _run_of(Path(named), data)


@contextmanager
def _promoted(link: Path, limit: int) -> Iterator[tuple["Source", str]]:
    from facewright.cli.history.options import open_history
    from facewright.management.models.sources import find_source
    from facewright.runs.promotion import read_link
    from facewright.system import digest

    asset, history = read_link(link), open_history()
    with history.artefacts.fetched(history.runs.id_of(asset.run_id), asset.artefact) as file:
        if (received := digest.of_file(file)) != asset.digest:
            raise ManagementError(
                f"not the file that was promoted: expected {asset.digest}, received {received}",
                hint=f"promote {asset.artefact} of {asset.run_id} again if the new file is right",
            )
        yield find_source(file, limit, asset.artefact), asset.run_id


def _run_of(path: Path, data: Path) -> str | None:
    """Return the run whose journal holds a path among its outputs."""
    runs, resolved = (data / "runs").resolve(), path.resolve()
    if not resolved.is_relative_to(runs):
        return None
    run_id, *rest = resolved.relative_to(runs).parts
    known = bool(rest) and rest[0] == "outputs" and (runs / run_id / "order.json").is_file()
    return run_id if known else None
