"""A person before the camera, as pixels."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from facewright.training.people.body.hair import hair_surfaces
from facewright.training.people.body.head import head_surface
from facewright.training.people.body.parts import body_surfaces
from facewright.training.people.body.strands import Strands, strands
from facewright.training.people.body.surface import Material, Surface, unit
from facewright.training.people.fields import Floats, grain_tile
from facewright.training.people.identity import Person
from facewright.training.people.moment import Moment
from facewright.training.people.paint.clothes import (
    CLOTH_GLOSS,
    paint_ears,
    paint_neck,
    paint_torso,
)
from facewright.training.people.paint.head import paint_head
from facewright.training.people.paint.locks import HAIR_GLOSS, lock_colour
from facewright.training.people.paint.skin import SKIN_GLOSS
from facewright.training.people.palette import linear
from facewright.training.people.scene.camera import Camera
from facewright.training.people.scene.drawing import Drawing
from facewright.training.people.scene.mesh import Mesh, assemble
from facewright.training.people.scene.raster import Hits, rasterise
from facewright.training.people.scene.shading import shade
from facewright.training.people.scene.strands import draw_strands

_FRAME_GLOSS = 0.5


@dataclass(frozen=True)
class _Likeness:
    """What of a person looks the same, at rest, in every photo."""

    tile: Floats
    surfaces: tuple[Surface, ...]
    strands: tuple[Strands, ...]


def draw_person(person: Person, moment: Moment, camera: Camera, room: Floats) -> Drawing:
    """Draw a person without what is behind.

    Args:
        person: Who.
        moment: How.
        camera: From where.
        room: Linear tint of the light of the room, float32 [3].
    """
    likeness = _likeness(person)
    head = head_surface(person, moment.expression)
    mesh = assemble([head, *likeness.surfaces], camera)
    hits = rasterise(mesh.projected, mesh.triangles, (camera.width, camera.height))
    colour = _body_colour(person, moment, mesh, hits, likeness.tile, room)
    depth = np.full(camera.width * camera.height, np.inf, np.float32)
    depth[hits.pixel] = hits.distance
    layers = [Drawing(hits.pixel, colour)]
    hair = linear(person.hair.colour)
    for group in likeness.strands:
        layers.append(draw_strands(group, hair, moment.light, camera, depth, room))
    return Drawing(
        np.concatenate([layer.pixel for layer in layers]),
        np.concatenate([layer.colour for layer in layers]),
    )


@lru_cache(maxsize=4)
def _likeness(person: Person) -> _Likeness:
    # Photos are mostly drawn person by person, so the last few are worth keeping.
    return _Likeness(
        grain_tile(np.random.default_rng(person.seed)),
        (*body_surfaces(person), *hair_surfaces(person)),
        tuple(strands(person)),
    )


def _body_colour(
    person: Person, moment: Moment, mesh: Mesh, hits: Hits, tile: Floats, room: Floats
) -> Floats:
    normals = unit(hits.blend(mesh.normals))
    coordinates = hits.blend(mesh.coordinates)
    material = mesh.material[hits.corners[:, 0]]
    albedo = np.zeros((len(material), 3), np.float32)
    gloss = np.zeros(len(material), np.float32)
    for kind in Material:
        where = np.flatnonzero(material == kind)
        if len(where):
            painted = _paint(person, moment, kind, coordinates[where], tile)
            albedo[where], gloss[where] = painted
    soft = np.isin(material, (Material.HEAD, Material.EAR, Material.NECK)).astype(np.float32)
    return shade(albedo, gloss, normals, soft, moment.light, room)


def _paint(
    person: Person, moment: Moment, kind: Material, coordinates: Floats, tile: Floats
) -> tuple[Floats, Floats | float]:
    """Linear albedo and gloss of points of a material."""
    match kind:
        case Material.HEAD:
            return paint_head(person, moment.expression, coordinates, tile)
        case Material.EAR:
            return paint_ears(person, coordinates), SKIN_GLOSS
        case Material.NECK:
            return paint_neck(person, coordinates), SKIN_GLOSS / 2
        case Material.CLOTH:
            return paint_torso(person, moment.outfit, coordinates, tile), CLOTH_GLOSS
        case Material.HAIR:
            return lock_colour(person, coordinates[:, 2], coordinates[:, 1], tile), HAIR_GLOSS
        case Material.FRAME:
            rim = linear(person.glasses.colour if person.glasses else (0, 0, 0))
            return np.broadcast_to(rim, (len(coordinates), 3)), _FRAME_GLOSS
