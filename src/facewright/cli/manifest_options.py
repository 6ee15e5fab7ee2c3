"""The flags of a manifest, shared by `manifest create`, `image create` and `service create`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.console import Console

if TYPE_CHECKING:
    from facewright.management.manifests.manifests import Manifests
    from facewright.management.records import Manifest

_PANEL = "What it is made of"
_LONGEST = 30
_TOLD = ("Collecting ", "Downloading ", "no wheel of ")

DriverOption = Annotated[
    str | None,
    typer.Option(
        "-f",
        metavar="SCORE.PY",
        help="The scoring script, in the current folder.",
        rich_help_panel=_PANEL,
    ),
]
RuntimeOption = Annotated[
    str | None, typer.Option("-r", metavar="RUNTIME", help="python.", rich_help_panel=_PANEL)
]
ModelFileOption = Annotated[
    list[str] | None,
    typer.Option(
        "--model-file",
        "-m",
        metavar="FILE|DIR",
        help="A model, registered under its own name first; may be repeated.",
        rich_help_panel=_PANEL,
    ),
]
SchemaOption = Annotated[
    str | None,
    typer.Option(
        "--schema-file",
        "-s",
        metavar="FILE",
        help="What run() takes, such as outputs/schema.json.",
        rich_help_panel=_PANEL,
    ),
]
DependencyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--dependency",
        "-d",
        metavar="FILE|DIR",
        help="What else the script needs; may be repeated.",
        rich_help_panel=_PANEL,
    ),
]
PipOption = Annotated[
    str | None,
    typer.Option("-p", metavar="FILE", help="A requirements.txt.", rich_help_panel=_PANEL),
]
CondaOption = Annotated[
    str | None,
    typer.Option(
        "--conda-file",
        "-c",
        metavar="FILE",
        help="A conda environment file; config/serving.yml when left out.",
        rich_help_panel=_PANEL,
    ),
]


@dataclass(frozen=True)
class ManifestFlags:
    """The flags of a manifest as they were given; None and empty where they were not."""

    driver: str | None = None
    runtime: str | None = None
    model_files: list[str] | None = None
    schema: str | None = None
    dependencies: list[str] | None = None
    pip_file: str | None = None
    conda_file: str | None = None

    @property
    def given(self) -> bool:
        """Whether any was."""
        return any(getattr(self, field.name) for field in fields(self))


@contextmanager
def opened_manifests() -> Iterator["Manifests"]:
    """Yield the manifests that the settings name."""
    from facewright.database.database import open_database
    from facewright.management.manifests.manifests import Manifests
    from facewright.management.models.files import ModelFiles
    from facewright.management.models.models import Models
    from facewright.settings import Settings

    settings = Settings()
    files = ModelFiles(settings.data_directory.absolute() / "store")
    with open_database(settings.database_url) as database:
        models = Models(database, files)
        yield Manifests(database, models, settings.cache_directory.absolute() / "wheels")


def create_manifest(
    name: str,
    flags: ManifestFlags,
    console: Console,
    *,
    models: list[str] | None = None,
    description: str = "",
    refresh: bool = False,
) -> "Manifest":
    """Make a manifest in the current folder.

    Args:
        name: What it is called.
        flags: What it is made of; script and runtime must be among them.
        console: Hears what happens.
        models: Ids or names of registered models.
        description: Text.
        refresh: Whether packages are looked up anew.

    Raises:
        BadParameter: A flag is missing, or two contradict each other.
        FacewrightError: It cannot be made.
    """
    from facewright.cli.model.publishing import publish_waiting
    from facewright.management.manifests.order import ManifestOrder

    driver, runtime = _required(flags.driver, "-f"), _required(flags.runtime, "-r")
    if models and flags.model_files:
        raise typer.BadParameter("expected models with -i or with -m, received both")
    order = ManifestOrder(
        name=name,
        folder=Path.cwd(),
        driver=driver,
        runtime=runtime,
        models=tuple(models or ()),
        model_files=tuple(flags.model_files or ()),
        schema=flags.schema,
        conda_file=flags.conda_file,
        pip_file=flags.pip_file,
        extras=tuple(flags.dependencies or ()),
        description=description,
    )
    with opened_manifests() as manifests:
        made = manifests.create(order, _heard(console), console.say, fresh=refresh)
        if flags.model_files:
            publish_waiting(manifests.models)
    return made


def manifest_for(name: str, manifest_id: str | None, flags: ManifestFlags, console: Console) -> str:
    """Return the id of the manifest that an image is made from: the one named, or a new one.

    Args:
        name: Of the image or service; a new manifest is called the same, cut to 30 characters.
        manifest_id: What ``--manifest-id`` names.
        flags: The other flags.
        console: Hears what happens.

    Raises:
        BadParameter: Neither was given, or both.
        FacewrightError: It cannot be made.
    """
    if (manifest_id is None) is not flags.given:
        received = "both" if flags.given else "neither"
        raise typer.BadParameter(
            f"expected --manifest-id or the flags of a manifest (-f -r …), received {received}"
        )
    if manifest_id is not None:
        return manifest_id
    made = create_manifest(name[:_LONGEST], flags, console)
    console.say(f"Created the manifest {made.name} {made.version} ({made.id})")
    return made.id


def _required(value: str | None, flag: str) -> str:
    if value is None:
        raise typer.BadParameter(f"a manifest needs {flag}")
    return value


def _heard(console: Console) -> Callable[[str], None]:
    def hear(line: str) -> None:
        # Of what pip says, that it goes on; the rest would hide it.
        if line.startswith(_TOLD):
            console.say(f"  {line.partition(' (from ')[0]}")

    return hear
