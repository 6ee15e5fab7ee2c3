"""The only place where pip finds packages: wheels of nothing, for what Facewright asks for."""

import zipfile
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement


def make_index(folder: Path) -> Path:
    """Fill a folder with wheels of all packages that Facewright and its server ask for.

    Each has the lowest version that fits, and a package of its own name inside.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for line in requires("facewright") or ():
        requirement = Requirement(line)
        if "extra" not in str(requirement.marker) or '"serve"' in str(requirement.marker):
            lowest = [each.version for each in requirement.specifier if each.operator == ">="]
            put_wheel(folder, requirement.name, lowest[0] if lowest else "1.0")
    return folder


def put_wheel(folder: Path, name: str, version: str = "1.0", *needs: str) -> Path:
    """Write a wheel that holds `<name>/__init__.py` and asks for other packages."""
    plain = name.replace("-", "_")
    about = f"{plain}-{version}.dist-info"
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    lines += [f"Requires-Dist: {need}" for need in needs]
    wheel = folder / f"{plain}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{plain}/__init__.py", "")
        archive.writestr(f"{about}/METADATA", "\n".join(lines) + "\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return wheel
