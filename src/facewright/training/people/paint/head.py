"""The whole head's paint, from bare skin to hair."""

from facewright.training.people.fields import Floats
from facewright.training.people.identity import Person
from facewright.training.people.moment import Expression
from facewright.training.people.paint.beard import paint_beard
from facewright.training.people.paint.brows import paint_brows
from facewright.training.people.paint.eyes import paint_eyes
from facewright.training.people.paint.locks import paint_hair
from facewright.training.people.paint.mouth import paint_mouth
from facewright.training.people.paint.skin import bare_skin, paint_marks, paint_shade


def paint_head(
    person: Person, expression: Expression, coordinates: Floats, tile: Floats
) -> tuple[Floats, Floats]:
    """Paint points of the head.

    Args:
        person: Whose head it is.
        expression: What the face does.
        coordinates: Of the points, float32 [N, 4], as in `Surface.coordinates`.
        tile: The person's grain.

    Returns:
        Linear albedo, float32 [N, 3], and gloss, float32 [N].
    """
    canvas = bare_skin(person, coordinates, tile)
    front, face = canvas.cut(abs(canvas.azimuth) < 1.45)
    paint_shade(face, person, expression)
    paint_marks(face, person)
    paint_beard(face, person)
    paint_mouth(face, person, expression)
    paint_eyes(face, person, expression)
    paint_brows(face, person, expression)
    canvas.paste(front, face)
    paint_hair(canvas, person)
    return canvas.colour, canvas.gloss
