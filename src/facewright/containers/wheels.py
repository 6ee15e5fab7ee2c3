"""All wheels that some requirements need on a machine without an index and without a network."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from json import dumps
from pathlib import Path

from facewright.containers import pip_elsewhere
from facewright.containers.engine import Hear
from facewright.containers.platform import Platform
from facewright.errors import DependenciesError
from facewright.system.digest import of_file
from facewright.system.own_wheel import write_own_wheel

_OWN = re.compile(r"facewright\s*(?P<extras>\[[^]]*\])?\s*(?P<rest>.*)", re.IGNORECASE)
_NONE_FITS = re.compile(r"No matching distribution found for ([^\s;(]+)")
_LAST_LINES = 12


def resolve_wheels(
    requirements: Sequence[str], *, python: str, platform: Platform, folder: Path, hear: Hear
) -> list[Path]:
    """Find out what the requirements need and bring a wheel of each package.

    pip runs on this machine, with this user's settings: indexes, mirrors, certificates. Facewright
    itself is packed from what runs here, since it may be on no index.

    Args:
        requirements: Lines as in a requirements.txt; none is an option.
        python: Version for which, as ``3.11``.
        platform: Machine for which.
        folder: Cache of wheels, addressed by content; made when missing.
        hear: Hears what pip says.

    Returns:
        The wheels, sorted by their names; each package once.

    Raises:
        DependenciesError: A requirement has no wheel there, contradicts another, or pip fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".resolving-") as name:
        arrived, own = Path(name, "arrived"), Path(name, "own")
        lines = [_with_own_wheel(line, own) for line in requirements]
        _bring(lines, python, platform, Path(name), hear)
        return [_kept(wheel, folder) for wheel in sorted(arrived.iterdir())]


def names_itself(requirement: str) -> bool:
    """Return whether the requirement is Facewright."""
    match = _OWN.fullmatch(requirement.strip())
    return match is not None and not re.match(r"[\w.-]", match["rest"])


def _with_own_wheel(requirement: str, folder: Path) -> str:
    match = _OWN.fullmatch(requirement.strip())
    if match is None or not names_itself(requirement):
        return requirement
    _, semicolon, marker = match["rest"].partition(";")
    where = write_own_wheel(folder).as_uri()
    condition = f" ; {marker.strip()}" if semicolon else ""
    return f"facewright{match['extras'] or ''} @ {where}{condition}"


def _bring(lines: Sequence[str], python: str, platform: Platform, place: Path, hear: Hear) -> None:
    """Fill `arrived` in `place`; packages of pure Python that are only sources are built here."""
    built: set[str] = set()
    while said := _download(lines, python, platform, place, hear):
        missing = _NONE_FITS.search("\n".join(said))
        if missing is None or missing[1] in built or not _build(missing[1], place, hear):
            raise _failure(said, python, platform)
        built.add(missing[1])


def _build(requirement: str, place: Path, hear: Hear) -> bool:
    """Build a wheel of a package; return whether it fits every machine."""
    hear(f"no wheel of {requirement} fits; looking for its sources")
    made = place / "made"
    options = ("--no-deps", "--no-input", "--progress-bar", "off", "--wheel-dir", str(made))
    command = [sys.executable, "-m", "pip", "wheel", *options, requirement]
    with _running(command) as process:
        list(_passed_on(process, hear))
    wheels = list(made.glob("*.whl"))
    for wheel in wheels:
        if wheel.name.endswith("-none-any.whl"):
            wheel.replace(place / "built" / wheel.name)
    return bool(wheels) and not any(made.glob("*.whl"))


def _download(
    lines: Sequence[str], python: str, platform: Platform, place: Path, hear: Hear
) -> list[str]:
    """Download all wheels to `arrived` in `place`; return what pip said if it could not."""
    arrived, built, listed = place / "arrived", place / "built", place / "requirements.txt"
    arrived.mkdir(exist_ok=True)
    built.mkdir(exist_ok=True)
    listed.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    command = [
        # -P: the script's folder is this package, whose modules are not pip's.
        *(sys.executable, "-P", "-u", str(Path(pip_elsewhere.__file__))),
        dumps(_markers(python, platform)),
        *("download", "--dest", str(arrived), "--requirement", str(listed), "--no-input"),
        *("--find-links", str(built)),
        *("--only-binary", ":all:", "--implementation", "cp", "--python-version", python),
        *("--disable-pip-version-check", "--progress-bar", "off", "--no-color"),
    ]
    for tag in platform.wheel_platforms:
        command += ["--platform", tag]
    with _running(command) as process:
        said = list(_passed_on(process, hear))
    return (said or ["it said nothing"]) if process.returncode else []


@contextmanager
def _running(command: Sequence[str]) -> Iterator["subprocess.Popen[str]"]:
    """Yield the process with its output and errors as one stream; whatever happens, it ends."""
    with subprocess.Popen(  # noqa: S603 - this Python with a list of arguments
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def _passed_on(process: "subprocess.Popen[str]", hear: Hear) -> Iterator[str]:
    for line in process.stdout or ():
        hear(line.rstrip())
        yield line.rstrip()


def _markers(python: str, platform: Platform) -> dict[str, str]:
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "platform_python_implementation": "CPython",
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": platform.wheel_machine,
        "platform_release": "",
        "platform_version": "",
    }


def _failure(said: Sequence[str], python: str, platform: Platform) -> DependenciesError:
    text = "\n".join(said)
    where = f"Python {python} on linux/{platform.machine}"
    if match := _NONE_FITS.search(text):
        return DependenciesError(
            f"no wheel of {match[1]} fits {where}: expected one that an index has, or sources in "
            "pure Python",
            hint="name a version that has wheels, or build one yourself and point pip's "
            "`find-links` at its folder",
        )
    if "No module named 'pip'" in text:
        return DependenciesError(
            f"packages cannot be looked up: {sys.executable} has no pip",
            hint="run `python -m ensurepip` in Facewright's own environment",
        )
    last = "; ".join(line for line in said[-_LAST_LINES:] if "ERROR" in line) or text[-500:]
    return DependenciesError(f"the packages for {where} cannot be brought together: {last}")


def _kept(wheel: Path, folder: Path) -> Path:
    """Move a wheel to its place in the cache; the same one may be there already."""
    if wheel.suffix != ".whl":
        raise DependenciesError(f"not a wheel, although only wheels were asked for: {wheel.name}")
    place = folder / of_file(wheel).removeprefix("sha256:") / wheel.name
    if not place.is_file():
        place.parent.mkdir(exist_ok=True)
        wheel.replace(place)
    return place
