"""A wheel of the Facewright that is running, for the machines that work for it."""

import base64
import hashlib
import io
import re
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import facewright
from facewright.errors import DependenciesError
from facewright.system.files import write_bytes

_NAME = "facewright"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_TAGS = "Wheel-Version: 1.0\nGenerator: facewright\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_LEFT_OUT = {".pyc", ".pyo"}


def write_own_wheel(folder: Path) -> Path:
    """Write a wheel of the running package, whether it was installed or is a checkout.

    The version has a local part that is made from the code, such as ``0.1.0+d3f5…``: other code is
    another version, which pip never takes for one that it has already. The same code makes the
    same bytes, on every machine, and a file that holds them is left as it is.

    Args:
        folder: Where to; made when missing.

    Returns:
        The wheel, ``facewright-<version>-py3-none-any.whl``.

    Raises:
        DependenciesError: The running package was never installed, so that nobody knows what it
            depends on.
    """
    installed = _distribution()
    files = _package_files() | _licences(installed)
    files["METADATA"] = _without_local_part(installed.read_text("METADATA") or "").encode()
    files["entry_points.txt"] = (installed.read_text("entry_points.txt") or "").encode()
    version = f"{_version(installed)}+d{_digest(files)[:16]}"
    wheel = folder / f"{_NAME}-{version}-py3-none-any.whl"
    data = _packed(_placed(files, version))
    if not wheel.is_file() or wheel.read_bytes() != data:
        write_bytes(wheel, data)
    return wheel


def _distribution() -> Distribution:
    try:
        return distribution(_NAME)
    except PackageNotFoundError as error:
        raise DependenciesError(
            f"the running {_NAME} cannot be packed: expected an installed package, received a "
            "folder of code without a record of what it depends on",
            hint="install it, from a checkout with `pip install --editable .`",
        ) from error


def _package_files() -> dict[str, bytes]:
    top = Path(facewright.__file__).parent
    return {
        f"{_NAME}/{path.relative_to(top).as_posix()}": path.read_bytes()
        for path in top.rglob("*")
        if _belongs(path.relative_to(top)) and path.is_file()
    }


def _belongs(path: Path) -> bool:
    hidden = any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    return not hidden and path.suffix not in _LEFT_OUT


def _licences(installed: Distribution) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path in installed.files or ():
        if len(path.parts) > 2 and path.parts[0].endswith(".dist-info"):
            inside = "/".join(path.parts[1:])
            if inside.startswith("licenses/"):
                found[inside] = path.read_binary()
    return found


def _version(installed: Distribution) -> str:
    return installed.version.partition("+")[0]


def _without_local_part(metadata: str) -> str:
    # So that a wheel made where this one was installed is this one again.
    return re.sub(r"^(Version: [^+\n]*)\+.*$", r"\1", metadata, count=1, flags=re.MULTILINE)


def _digest(files: dict[str, bytes]) -> str:
    lines = (f"{name} {hashlib.sha256(data).hexdigest()}\n" for name, data in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _placed(files: dict[str, bytes], version: str) -> dict[str, bytes]:
    about = f"{_NAME}-{version}.dist-info"
    placed = {
        name if name.startswith(f"{_NAME}/") else f"{about}/{name}": data
        for name, data in sorted(files.items())
    }
    metadata = placed[f"{about}/METADATA"].decode()
    told = re.sub(r"^Version: .*$", f"Version: {version}", metadata, count=1, flags=re.MULTILINE)
    placed[f"{about}/METADATA"] = told.encode()
    placed[f"{about}/WHEEL"] = _TAGS.encode()
    record = f"{about}/RECORD"
    lines = [_record_line(name, data) for name, data in placed.items()]
    placed[record] = "".join([*lines, f"{record},,\n"]).encode()
    return placed


def _record_line(name: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def _packed(files: dict[str, bytes]) -> bytes:
    # Stored, not compressed: the bytes would depend on the machine's zlib.
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()
