"""Files of settings in YAML, checked key by key."""

import difflib
import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from facewright.errors import TargetError

_LARGEST = 1 << 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class SettingsFile(BaseModel):
    """Settings whose keys are spelled as in the original."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_by_alias=True, validate_by_name=True
    )

    def text(self) -> str:
        """Return the file's text, without what is left to the default."""
        content = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


Settings = TypeVar("Settings", bound=SettingsFile)


def checked_name(name: str) -> str:
    """Return a name that a target or a run configuration can have.

    Raises:
        TargetError: It cannot.
    """
    if _NAME.fullmatch(name):
        return name
    raise TargetError(
        "not a name: expected 1 to 64 letters, digits, dots, dashes or underscores, "
        f"received {name!r}",
        hint="give another one with -n",
    )


def read_settings(path: Path, kind: type[Settings]) -> Settings:
    """Read a file of settings.

    Raises:
        TargetError: It is not there, or holds what it should not, which is named.
    """
    try:
        return parsed_settings(_content(path), kind)
    except TargetError as error:
        raise TargetError(f"{path.name}: {error.message}", hint=error.hint) from error


def parsed_settings(content: dict[str, Any], kind: type[Settings]) -> Settings:
    """Return settings of plain values.

    Raises:
        TargetError: One of them is wrong, which is named.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise _explained(error.errors()[0], kind) from error


def _content(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        content = yaml.safe_load(data) if len(data) <= _LARGEST else None
    except FileNotFoundError:
        raise TargetError(f"the file is not there: expected {path}", hint=_those(path)) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise TargetError(f"not YAML: {error}") from error
    if isinstance(content, dict):
        return {str(key): value for key, value in content.items()}
    raise TargetError("expected keys and values in YAML", hint="write one `key: value` a line")


def _those(path: Path) -> str:
    """Say which files of the same kind are there instead."""
    names = sorted(each.stem for each in path.parent.glob(f"[!.]*{path.suffix}"))
    near = difflib.get_close_matches(path.stem, names, 1)
    there = f"did you mean {near[0]!r}? " if near else ""
    there += f"known here: {', '.join(names)}; " if names else ""
    return f"{there}`facewright computetarget attach` adds a target"


def _explained(error: ErrorDetails, kind: type[SettingsFile]) -> TargetError:
    key = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        known = [field.alias or name for name, field in kind.model_fields.items()]
        near = difflib.get_close_matches(key, known, 1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(known)}"
        return TargetError(f"no such key: {key!r}", hint=hint)
    if error["type"] == "missing":
        return TargetError(f"the key {key!r} is missing")
    words = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:  # of the file as a whole, which may hold a password
        return TargetError(words)
    where = ".".join(map(str, error["loc"]))
    return TargetError(f"{where}: {words}, received {error['input']!r:.80}")
