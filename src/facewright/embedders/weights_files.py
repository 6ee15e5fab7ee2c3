"""Where pretrained files are looked for."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from facewright.errors import WeightsMissing

# Below a weights folder: the folder itself, and where training scripts keep them.
_FOLDERS = ("", "train", "weights")


def find(names: Sequence[str], folders: Sequence[Path], *, package: str | None, hint: str) -> Path:
    """Return the first of some well-known files that is there.

    Args:
        names: File names, the preferred one first.
        folders: Weights folders; each is searched at its root, in ``train`` and in ``weights``.
        package: An installed package that carries the file in its ``models`` folder, or None. It
            is not imported.
        hint: What to do when there is no such file.

    Raises:
        WeightsMissing: When no file is there; lists the names and the folders.
    """
    places = [folder / below for folder in folders for below in _FOLDERS]
    places += _package_folders(package)
    for name in names:
        for place in places:
            if (place / name).is_file():
                return place / name
    looked = ", ".join(str(place) for place in places) or "no folder, since none was given"
    raise WeightsMissing(
        f"no pretrained weights: expected {' or '.join(names)}, looked in {looked}", hint=hint
    )


def _package_folders(package: str | None) -> list[Path]:
    # Its `__init__` may need libraries that only this look-up would pull in.
    spec = importlib.util.find_spec(package) if package else None
    locations = (spec.submodule_search_locations if spec else None) or []
    return [Path(location) / "models" for location in locations]
