"""Models beside their runs: what every command about models does at its end."""

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from facewright.cli.console import Console
from facewright.errors import RunError

if TYPE_CHECKING:
    from facewright.management.models.models import Models
    from facewright.management.models.publish import Registry
    from facewright.management.records import Model


def publish_waiting(models: "Models") -> None:
    """Publish what the MLflow registry does not have yet; when it is away, say so and go on.

    Nothing of MLflow is loaded when nothing waits.
    """
    waiting = len(models.unpublished())
    if not waiting:
        return
    from facewright.management.models import publish

    try:
        with _answering():
            publish.publish_waiting(models, _open_registry)
    except RunError as error:
        Console().say(f"Not in the MLflow registry yet: {_counted(waiting)}; {error.message}")
        Console().say("The next `facewright model` command tries again")
    except ImportError:
        Console().say(
            f"Not in the MLflow registry: {_counted(waiting)}; MLflow is not installed; "
            "`pip install 'facewright[history]'` installs it"
        )


def withdraw(model: "Model") -> None:
    """Take a model out of the MLflow registry.

    Raises:
        HistoryUnreachable: It is away.
    """
    if model.published is None:
        return
    from facewright.management.models import publish

    with _answering():
        publish.withdraw(model, _open_registry())


def _open_registry() -> "Registry":
    from facewright.cli.history.options import open_history
    from facewright.management.models.publish import Registry
    from facewright.settings import Settings

    history, settings = open_history(), Settings()

    def run_of(run_id: str) -> str | None:
        try:
            return history.runs.id_of(run_id)
        except RunError as error:
            if error.code != RunError.code:  # the history is away, which says nothing about runs
                raise
            return None

    served = settings.tracking_uri.startswith(("http:", "https:"))
    folder = settings.data_directory.absolute() / "published"
    return Registry(history.runs.client, run_of, served, folder)


def _answering() -> AbstractContextManager[None]:
    try:
        from facewright.runs.tracking import answering
    except ImportError:
        return nullcontext()
    return answering()


def _counted(count: int) -> str:
    return "1 version" if count == 1 else f"{count} versions"
