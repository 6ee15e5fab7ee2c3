"""What a script imports: a conda environment file, of which the pip section is installed."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from facewright.errors import DependenciesError
from facewright.system.digest import of_text

_PYTHON = re.compile(r"python\s*(?:[=~><]=?\s*(\d+\.\d+)(?:\.[\d*]+)*)?\s*")
_HINT = "write it as conda does: a list `dependencies` with `python=3.11` and `pip: [...]`"


@dataclass(frozen=True)
class Dependencies:
    """Packages that make up an environment.

    Attributes:
        python: Version of Python as ``3.11``, or None for any.
        requirements: Lines as in a requirements.txt, sorted.
    """

    python: str | None
    requirements: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Return what tells two environments apart: ``sha256:…`` of version and lines."""
        return of_text("\n".join([self.python or "any", *self.requirements]))


def read_dependencies(path: Path) -> Dependencies:
    """Read a conda environment file; its pip section is what is installed.

    Raises:
        DependenciesError: The file is missing, is not YAML, or is not laid out like that; a conda
            package besides python and pip is refused, since none would be installed.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DependenciesError(
            f"the dependency file is not there: {path}",
            hint="name it as CondaDependenciesFile in the run configuration",
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DependenciesError(f"not a dependency file: {path}: {error}", hint=_HINT) from error
    return _parsed(content, path)


def _parsed(content: Any, path: Path) -> Dependencies:
    entries = content.get("dependencies") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise DependenciesError(
            f"not a dependency file: {path}: expected a list `dependencies`", hint=_HINT
        )
    python: str | None = None
    requirements: list[str] = []
    for entry in entries:
        if isinstance(entry, dict) and set(entry) == {"pip"} and isinstance(entry["pip"], list):
            requirements += [_requirement(line, path) for line in entry["pip"]]
        elif isinstance(entry, str) and (match := _PYTHON.fullmatch(entry)):
            python = match[1]
        elif not (isinstance(entry, str) and re.match(r"pip\b", entry)):
            raise DependenciesError(
                f"{path} asks for a conda package: expected python, pip and the pip section, "
                f"received {entry!r}",
                hint="move it to the pip section; nothing else is installed",
            )
    return Dependencies(python, tuple(sorted(requirements)))


def _requirement(line: Any, path: Path) -> str:
    # An option such as --index-url would make the environment depend on more than its name.
    if isinstance(line, str) and line.strip() and not line.startswith("-") and "\n" not in line:
        return line.strip()
    raise DependenciesError(
        f"not a requirement in the pip section of {path}: {line!r}",
        hint="write one package a line, as in `numpy>=2`; pip's options belong to its own settings",
    )
