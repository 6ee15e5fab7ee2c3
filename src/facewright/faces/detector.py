"""The port of face detectors, and how one is reached by name."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from facewright.errors import MissingLibrary, WeightsError
from facewright.faces.face import Face, Pixels
from facewright.faces.stored_settings import completed


class Detector(Protocol):
    """Finds faces in a photo.

    Attributes:
        name: Name to reach it by, such as ``hog``.
        settings: What it was built with; plain JSON, kept in the model file, so that a service
            finds faces just as training did.
    """

    name: str
    settings: dict[str, Any]

    def detect(self, pixels: Pixels) -> list[Face]:
        """Return the faces of a photo, the largest first; an empty list when there is none."""
        ...


@runtime_checkable
class CloseDetector(Detector, Protocol):
    """A detector that does not always look as closely as it could."""

    def detect_small(self, pixels: Pixels) -> list[Face]:
        """Return the faces of a photo, the small ones beside large ones too; the largest first."""
        ...


_DETECTORS = {
    "hog": "facewright.faces.detectors.hog:HogDetector",
    "haar": "facewright.faces.detectors.haar:HaarDetector",
    "hog+haar": "facewright.faces.detectors.chain:HogThenHaarDetector",
    "yunet": "facewright.faces.detectors.yunet:YunetDetector",
    "stub": "facewright.faces.detectors.stub:StubDetector",
}

DETECTOR_NAMES = tuple(_DETECTORS)


def load_detector(
    name: str, settings: dict[str, Any] | None = None, *, weights: Path | None = None
) -> Detector:
    """Make a detector.

    Args:
        name: One of `DETECTOR_NAMES`; ``yunet:<file>`` names YuNet's file as well.
        settings: The detector's settings as a model file keeps them; its defaults when None.
        weights: Folder in which a detector that needs a file looks for it.

    Raises:
        WeightsError: No such detector, or its file is missing or another one.
        MissingLibrary: The library it stands on is not installed.
    """
    plain, _, file = name.partition(":")
    if plain not in _DETECTORS or (file and plain != "yunet"):
        raise WeightsError(
            f"no such detector: expected one of {', '.join(_DETECTORS)}, received {name!r}",
            hint="`hog` is the one to start with",
        )
    arguments: dict[str, Any] = {} if settings is None else completed(plain, settings)
    if plain == "yunet" and settings is None:
        arguments = {"file": Path(file)} if file else {"folder": weights}
    return _class(plain)(**arguments)


def _class(name: str) -> Callable[..., Detector]:
    module, _, attribute = _DETECTORS[name].partition(":")
    try:
        detector: Callable[..., Detector] = getattr(import_module(module), attribute)
    except ImportError as error:
        raise MissingLibrary(
            f"the detector {name!r} needs the library {error.name}, which is not installed",
            hint="run `pip install 'facewright[serve]'`",
        ) from error
    return detector
