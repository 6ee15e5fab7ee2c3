"""What an argument of ``run`` is declared to be."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class DataTypes(IntEnum):
    """How an argument travels; the numbers are those of the original's files."""

    STANDARD = 0
    NUMPY = 1
    SPARK = 2
    PANDAS = 3


@dataclass(frozen=True)
class SampleDefinition:
    """An argument declared by an example of it.

    Attributes:
        type: How it travels.
        sample: An example; its type, shape or columns are what requests are held to.

    Example:
        >>> SampleDefinition(DataTypes.STANDARD, "base64 of a photo").type
        <DataTypes.STANDARD: 0>
    """

    type: DataTypes
    sample: Any
