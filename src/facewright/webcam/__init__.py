"""Watches a camera, a video or a folder of photos, and says who is on it."""

from facewright.webcam.watch import Sighting, watch

__all__ = ["Sighting", "watch"]
