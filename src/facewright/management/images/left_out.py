"""What is left out of an image although a wheel brings it, since no service opens it.

A rule about a package holds only where nothing in the manifest can need the files: what a manifest
names itself stays whole. The tests that packages carry along are always left out.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from facewright.management.images.wheels import Wheel
from facewright.management.records import Manifest, Model

_OPENCV = "opencv_python_headless"
_OPENCV_DETECTORS = ("haar", "yunet")
_DLIB_MODELS = "face_recognition_models"
# Not all of a folder `tests`: numpy.testing imports from one.
_TESTS = r".+/tests/(?:.+/)?(?:test_[^/]+|conftest\.py|data/.+)"
_TENSORFLOW = "tensorflow"
_LIMIT = 8 << 20


@dataclass(frozen=True)
class LeftOut:
    """What an image does without.

    Attributes:
        wheels: Packages that are left out whole.
        files: Pattern of paths in wheels.
    """

    wheels: frozenset[str]
    files: re.Pattern[str]

    @property
    def words(self) -> str:
        """Say what is left out, for a label."""
        return " ".join([*sorted(self.wheels), self.files.pattern])

    def keeps(self, path: str) -> bool:
        """Return whether a file of a wheel belongs into the image."""
        return self.files.fullmatch(path) is None


def left_out(
    manifest: Manifest, models: Sequence[Model], scripts: Iterable[bytes], wheels: Sequence[Wheel]
) -> LeftOut:
    """Decide what an image does without.

    Args:
        manifest: Names packages.
        models: Of the manifest; their contracts name the detector.
        scripts: The manifest's own files of Python.
        wheels: Of the image.
    """
    named = " ".join(manifest.requirements.get("pip") or ()).lower().replace("_", "-")
    code = list(scripts)
    files = [_TESTS]
    if any(wheel.name.startswith(_TENSORFLOW) for wheel in wheels):
        # Headers, for those who compile against it: three of four of its files.
        files.append(rf"{_TENSORFLOW}/include/.*")
    if "face-recognition" not in named and not _mentioned(b"face_recognition", code):
        # Of dlib's four networks only the one for landmarks is opened; ours is in the model file.
        files.append(rf"{_DLIB_MODELS}/models/(?!shape_predictor_5_).*\.dat")
    unused = _no_opencv(models) and "opencv" not in named and not _mentioned(b"cv2", code)
    drop = unused and not _asked_for("opencv", wheels)
    return LeftOut(frozenset({_OPENCV}) if drop else frozenset(), re.compile("|".join(files)))


def _no_opencv(models: Sequence[Model]) -> bool:
    detectors = [str((model.facts.get("detector") or {}).get("name", "")) for model in models]
    known = [detector for detector in detectors if detector]
    return bool(known) and not any(word in name for name in known for word in _OPENCV_DETECTORS)


def _mentioned(word: bytes, code: Iterable[bytes]) -> bool:
    return any(word in text for text in code)


def _asked_for(package: str, wheels: Sequence[Wheel]) -> bool:
    """Return whether a wheel besides ours and itself needs the package."""
    return any(
        line.lower().startswith(f"requires-dist: {package}")
        for wheel in wheels
        if wheel.name not in ("facewright", _OPENCV)
        for line in metadata_of(wheel).splitlines()
    )


def metadata_of(wheel: Wheel) -> str:
    """Return a wheel's METADATA; an empty text where it has none that can be read."""
    with zipfile.ZipFile(wheel.path) as archive:
        for member in archive.infolist():
            if member.filename.endswith(".dist-info/METADATA") and member.file_size < _LIMIT:
                return archive.read(member).decode("utf-8", "replace")
    return ""
