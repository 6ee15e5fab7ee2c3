"""A generated population: distinct people, drawn as photo-like pictures.

>>> from facewright.training.people import draw_photo, member
>>> draw_photo(member("ada"), 0).dtype
dtype('uint8')
"""

from facewright.training.people.album import Album, draw_many
from facewright.training.people.cast import CAST, NAMES, member
from facewright.training.people.identity import Person, person
from facewright.training.people.photo import draw_photo, photo_bytes, write_photos

__all__ = [
    "CAST",
    "NAMES",
    "Album",
    "Person",
    "draw_many",
    "draw_photo",
    "member",
    "person",
    "photo_bytes",
    "write_photos",
]
