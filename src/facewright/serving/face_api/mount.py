"""Mounts the face API where a script's model is a recognizer."""

import sys

from facewright.scoring import Script
from facewright.serving.mount import Extension

_RECOGNIZER = "facewright.recognizer.recognizer"


def mount(script: Script) -> Extension | None:
    """Return the face API of a script that holds a recognizer; None for any other.

    Args:
        script: The script, its ``init`` already called.
    """
    # A script that made no recognizer must not load one's libraries.
    if _RECOGNIZER not in sys.modules:
        return None
    from facewright.recognizer.recognizer import Recognizer
    from facewright.serving.face_api.extension import FaceApi

    recognizer = script.find(Recognizer)
    gallery = recognizer.open_gallery() if recognizer else None
    return FaceApi(recognizer, gallery) if recognizer and gallery else None
