"""From head units to pixels."""

from dataclasses import dataclass

import numpy as np

from facewright.training.people.fields import Floats
from facewright.training.people.moment import Frame, Pose

DISTANCE = 7.0
"""Of the camera from the head, in head units; about a metre."""

HEAD_HEIGHT = 2.1
"""What a frame's `head_height` measures, in head units."""

_PIVOT = np.asarray((0.0, -0.5, -0.2), np.float32)
"""Where the head turns on the neck."""


@dataclass(frozen=True)
class Camera:
    """A camera before a head with a pose.

    Attributes:
        pose: Of the head.
        width: Of the drawing, in its pixels.
        height: Of the drawing.
        centre_x: Where the head's origin is drawn.
        centre_y: Likewise, downwards.
        focal: Pixels per head unit at distance 1.
    """

    pose: Pose
    width: int
    height: int
    centre_x: float
    centre_y: float
    focal: float

    def rotation(self, follow: float) -> Floats:
        """Turn of a part that follows the head by a share of 0..1, float32 [3, 3]."""
        angles = (self.pose.yaw, self.pose.pitch, self.pose.roll)
        yaw, pitch, roll = (follow * np.radians(angle) for angle in angles)
        return _about_z(roll) @ _about_x(pitch) @ _about_y(yaw)

    def place(self, points: Floats, follow: float) -> Floats:
        """Turn points at rest, float32 [..., 3], with the head."""
        return (points - _PIVOT) @ self.rotation(follow).T + _PIVOT

    def project(self, points: Floats) -> Floats:
        """Project placed points to x, y in pixels and the distance from the camera."""
        distance = DISTANCE - points[..., 2]
        projected = np.empty_like(points)
        projected[..., 0] = self.centre_x + self.focal * points[..., 0] / distance
        projected[..., 1] = self.centre_y - self.focal * points[..., 1] / distance
        projected[..., 2] = distance
        return projected


def camera(frame: Frame, pose: Pose, scale: float) -> Camera:
    """Set up a camera whose drawing is `scale` times as large as the frame's photo."""
    return Camera(
        pose=pose,
        width=round(frame.width * scale),
        height=round(frame.height * scale),
        centre_x=frame.centre_x * scale,
        centre_y=frame.centre_y * scale,
        focal=frame.head_height * scale * DISTANCE / HEAD_HEIGHT,
    )


def _about_x(angle: float) -> Floats:
    sine, cosine = np.sin(angle), np.cos(angle)
    return np.asarray([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]], np.float32)


def _about_y(angle: float) -> Floats:
    sine, cosine = np.sin(angle), np.cos(angle)
    return np.asarray([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]], np.float32)


def _about_z(angle: float) -> Floats:
    sine, cosine = np.sin(angle), np.cos(angle)
    return np.asarray([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]], np.float32)
