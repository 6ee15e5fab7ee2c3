"""What a detector's stored settings leave unsaid.

A model file keeps the settings its detector had, and a detector may learn new ones later. A file
that does not name one was written by a detector without it, and must go on finding the very faces
it was trained with.
"""

from typing import Any

_HOG = {"first_side": 0}


def completed(detector: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings of a model file with what they leave unsaid.

    Args:
        detector: Name of the detector.
        settings: What the file says.
    """
    if detector == "hog":
        return _HOG | settings
    if detector == "hog+haar" and "hog" in settings:
        return settings | {"hog": _HOG | settings["hog"]}
    return dict(settings)
