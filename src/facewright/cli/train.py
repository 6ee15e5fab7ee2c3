"""`facewright train`: a model from folders of photos."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.recipe_options import ShareOption, recipe_options
from facewright.errors import ProjectError
from facewright.training.recipe import Recipe

if TYPE_CHECKING:
    from facewright.settings import Settings


@recipe_options
def train(
    recipe: Recipe,
    photos: Annotated[
        Path | None,
        typer.Option(help="Folder of people's folders; the project's shared ones when left out."),
    ] = None,
    outputs: Annotated[
        Path | None, typer.Option(help="Where the model goes; `outputs/` when left out.")
    ] = None,
    share: ShareOption = False,
) -> None:
    """Train a recognizer on folders of photos, one for each person."""
    from facewright.settings import Settings
    from facewright.training.share import share_outputs
    from facewright.training.train import Folders
    from facewright.training.train import train as run

    settings = Settings()
    home, shared = _places(settings)
    folders = Folders(
        photos=photos or _shared_photos(shared),
        outputs=outputs or home / "outputs",
        cache=settings.cache_directory,
        shared=shared,
    )
    console = Console()
    result = run(folders, recipe, reporter=console)
    console.training_result(result)
    if share:
        console.say(f"Copied to {share_outputs(result, _known(shared))}")


def _places(settings: "Settings") -> tuple[Path, Path | None]:
    """Return the project's folder, or this one, and the shared folder, if there is one."""
    from facewright.projects.project import find_project

    try:
        project = find_project(Path.cwd())
    except ProjectError:
        return Path.cwd(), settings.shared_directory
    return project.folder, settings.shared_directory_of(project.name)


def _shared_photos(shared: Path | None) -> Path:
    return _known(shared) / "train" / "images"


def _known(shared: Path | None) -> Path:
    if shared is None:
        raise ProjectError(
            "no shared folder: this is not a project, and FACEWRIGHT_SHARED_DIRECTORY is not set",
            hint="name the photos with --photos DIR, or make a project with `facewright new DIR`",
        )
    return shared
