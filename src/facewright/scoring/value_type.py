"""The port of value types: what one argument looks like, and how JSON becomes it."""

from typing import Any, Protocol

EXAMPLE_RECORDS = 3
"""A schema's examples keep at most this many records."""


class ValueType(Protocol):
    """What one argument must be. Made from a sample, or from what a schema file says."""

    def internal(self) -> dict[str, Any]:
        """Return the description that the schema file keeps, as plain JSON."""
        ...

    def swagger(self, sample: Any) -> dict[str, Any]:
        """Return the Swagger 2.0 type of the argument, with `sample` as its example."""
        ...

    def parse(self, value: object) -> Any:
        """Return the argument that a JSON value stands for.

        Raises:
            ValueError: The value is of another type or shape; the text says which.
        """
        ...
