"""The agent as one file that a Python of any machine can run."""

import io
import zipfile
from importlib.resources import files

_FIRST = b"""import sys
from facewright.compute.agent.program import main
sys.exit(main(sys.argv))
"""
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def agent_archive() -> bytes:
    """Return a zip file with the agent's modules; the same code makes the same bytes."""
    package = files("facewright")
    contents = {
        "__main__.py": _FIRST,
        "facewright/__init__.py": b"",
        "facewright/errors.py": package.joinpath("errors.py").read_bytes(),
        "facewright/compute/__init__.py": b"",
    }
    for module in package.joinpath("compute", "agent").iterdir():
        if module.name.endswith(".py"):
            contents[f"facewright/compute/agent/{module.name}"] = module.read_bytes()
    return _zipped(contents)


def _zipped(contents: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(contents.items()):
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), data)
    return buffer.getvalue()
