"""Reaching the leaf modules that hold heavy libraries, at the moment they are needed."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from facewright.errors import MissingLibrary

_CHATTER = re.compile(
    rb"^I\d{4} |^WARNING: All log messages before absl|^To enable the following instructions"
)


def resolve(reference: str, extra: str = "train") -> Any:
    """Import what ``module:name`` refers to.

    Args:
        reference: Such as ``facewright.embedders.stub:build``.
        extra: The extra of this package that brings the libraries the module needs.

    Raises:
        MissingLibrary: When one of them is not installed.
    """
    module, _, name = reference.partition(":")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("facewright"):
            raise
        raise MissingLibrary(
            f"{module} needs the library {error.name}, which is not installed",
            hint=f"run `pip install 'facewright[{extra}]'`",
        ) from error


@contextmanager
def quiet_tensorflow() -> Iterator[None]:
    """Hold back what TensorFlow writes to stderr while it starts, except warnings and errors.

    TensorFlow announces its CPU features from C++, before its own log level counts, so stderr
    is caught as a whole; when the block ends, everything but those announcements is passed on.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    with tempfile.TemporaryFile() as caught:
        _flush_stderr()
        saved = os.dup(2)
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            _flush_stderr()
            os.dup2(saved, 2)
            os.close(saved)
            caught.seek(0)
            os.write(2, b"".join(line for line in caught if not _CHATTER.match(line)))


def _flush_stderr() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()
