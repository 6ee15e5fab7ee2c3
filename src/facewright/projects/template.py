"""Templates: the ones that come with Facewright, and any folder or git repository."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from facewright.errors import ProjectError

DESCRIPTION = "template.yml"
DEFAULT_TEMPLATE = "face"
_MOST_FILES = 10_000
_MOST_MEGABYTES = 500


@dataclass(frozen=True)
class Template:
    """What a project can be made from.

    Attributes:
        name: As in ``--template NAME``.
        description: One sentence.
    """

    name: str
    description: str


def list_templates() -> list[Template]:
    """Return the templates that come with Facewright, the default one first."""
    import yaml

    folders = sorted(_folders().items(), key=lambda item: (item[0] != DEFAULT_TEMPLATE, item[0]))
    return [
        Template(name, yaml.safe_load((folder / DESCRIPTION).read_text("utf-8"))["description"])
        for name, folder in folders
    ]


@contextmanager
def template_folder(name: str) -> Iterator[Path]:
    """Yield the folder of a template that comes with Facewright.

    Raises:
        ProjectError: There is none of this name.
    """
    known = _folders()
    if name not in known:
        raise ProjectError(
            f"there is no template {name[:70]!r}: expected {', '.join(sorted(known))}",
            hint="`facewright project sample list` says what they are; --template-url takes others",
        )
    with as_file(known[name]) as folder:
        yield folder


def check_template(folder: Path) -> None:
    """Refuse a folder from elsewhere that cannot be copied as it is.

    Raises:
        ProjectError: It is no folder, holds links, or is too large.
    """
    if not folder.is_dir():
        raise ProjectError(f"not a template: expected a folder or a git URL, received {folder}")
    size = 0
    for count, path in enumerate(folder.rglob("*"), start=1):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ProjectError(
                f"the template holds what is no file: {path.relative_to(folder)}",
                hint="put a copy in place of a link; nothing was written",
            )
        size += path.stat().st_size
        if count > _MOST_FILES or size > _MOST_MEGABYTES * 1_000_000:
            raise ProjectError(
                f"the template is too large: expected at most {_MOST_FILES} files and "
                f"{_MOST_MEGABYTES} MB: {folder}",
                hint="keep photos and models in the shared folder; nothing was written",
            )


def _folders() -> dict[str, Traversable]:
    base = files("facewright.projects") / "templates"
    return {each.name: each for each in base.iterdir() if (each / DESCRIPTION).is_file()}
