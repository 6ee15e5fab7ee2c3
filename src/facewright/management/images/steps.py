"""Extra steps of an image: the part of a Dockerfile that adds to what was built.

Only ``RUN``, ``ENV``, ``ARG``, ``LABEL`` and ``EXPOSE``, as in the original: they change neither
the base nor what a container starts, and read no files of this machine.
"""

import re
from pathlib import Path

from facewright.errors import ImageError

_ALLOWED = ("RUN", "ENV", "ARG", "LABEL", "EXPOSE")
_LARGEST = 1 << 20
_MOUNT = re.compile(r"^RUN\s+--", re.IGNORECASE)


def read_steps(path: Path) -> list[str]:
    """Return the steps of a file, each on one line.

    Raises:
        ImageError: The file cannot be read, or has another step.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ImageError(f"the steps cannot be read: {path}: {error}") from error
    if len(text) > _LARGEST:
        raise ImageError(f"too many steps: expected at most {_LARGEST} bytes in {path}")
    lines = (line.strip() for line in re.sub(r"\\[ \t]*\r?\n", " ", text).splitlines())
    steps = [line for line in lines if line and not line.startswith("#")]
    for step in steps:
        word = step.split(maxsplit=1)[0].upper()
        if word not in _ALLOWED or "<<" in step or _MOUNT.match(step):
            raise ImageError(
                f"not an extra step of an image: expected {', '.join(_ALLOWED)} without options "
                f"and here-documents, received {step[:100]!r}",
                hint="the base is named with --base-image, files with -d of the manifest",
            )
    return steps
