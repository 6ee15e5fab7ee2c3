"""Numeric arrays, travelling as nested JSON lists."""

from dataclasses import dataclass
from typing import Any

from facewright.errors import MissingLibrary, SchemaError
from facewright.scoring.value_type import EXAMPLE_RECORDS

_SWAGGER = {
    "b": {"type": "boolean"},
    "i": {"type": "integer", "format": "int64"},
    "u": {"type": "integer", "format": "int64"},
    "f": {"type": "number", "format": "double"},
    "U": {"type": "string"},
}
# Which kinds of JSON values an array of each kind is made from.
_SOURCES = {"b": "b", "i": "iu", "u": "iu", "f": "iuf", "U": "U"}


@dataclass(frozen=True)
class ArrayType:
    """An array of one dtype whose dimensions after the first are fixed.

    Attributes:
        dtype: Name of the dtype, such as ``float32``, or ``str``.
        trailing: Lengths of the dimensions after the first; None where any length will do.
        dimensions: Number of dimensions, at least 1.
    """

    dtype: str
    dimensions: int
    trailing: tuple[int | None, ...]

    @classmethod
    def of(cls, sample: object) -> "ArrayType":
        """Return the type of an array.

        Raises:
            SchemaError: The sample is no array, has no dimension, or holds more than plain values.
        """
        numpy = _numpy()
        if not isinstance(sample, numpy.ndarray):
            raise SchemaError(
                f"a DataTypes.NUMPY sample is a {type(sample).__name__}; expected a numpy.ndarray"
            )
        if sample.ndim == 0 or sample.dtype.kind not in _SWAGGER:
            raise SchemaError(
                f"a DataTypes.NUMPY sample has {sample.ndim} dimensions of {sample.dtype}; "
                "expected at least one dimension of numbers, truth values or text"
            )
        name = "str" if sample.dtype.kind == "U" else sample.dtype.name
        return cls(name, sample.ndim, tuple(int(n) for n in sample.shape[1:]))

    @classmethod
    def read(cls, internal: dict[str, Any]) -> "ArrayType":
        """Return the type that a schema file describes."""
        dtype, shape = internal.get("dtype"), internal.get("shape")
        lengths = shape[1:] if isinstance(shape, list) and shape else None
        if lengths is None or any(n is not None and type(n) is not int for n in lengths):
            raise SchemaError(f"the schema gives an array the shape {shape!r}; expected a list")
        try:
            known = isinstance(dtype, str) and _numpy().dtype(dtype).kind in _SWAGGER
        except TypeError:
            known = False
        if not known:
            raise SchemaError(f"the schema gives an array the dtype {dtype!r}, which is not known")
        return cls(str(dtype), len(lengths) + 1, tuple(lengths))

    def internal(self) -> dict[str, Any]:
        """Return the description that the schema file keeps."""
        return {"kind": "array", "dtype": self.dtype, "shape": [None, *self.trailing]}

    def swagger(self, sample: Any) -> dict[str, Any]:
        """Return nested Swagger arrays, with the first records of `sample` as the example."""
        swagger: dict[str, Any] = dict(_SWAGGER[_numpy().dtype(self.dtype).kind])
        for _ in range(self.dimensions):
            swagger = {"type": "array", "items": swagger}
        return {**swagger, "example": sample[:EXAMPLE_RECORDS].tolist()}

    def parse(self, value: object) -> Any:
        """Return the array that nested lists stand for."""
        if not isinstance(value, list):
            raise ValueError(f"expected an array, received {type(value).__name__}")
        array = self._cast(value)
        if array.ndim != self.dimensions:
            raise ValueError(f"expected {self.dimensions} dimensions, received {array.ndim}")
        for axis, (wanted, got) in enumerate(zip(self.trailing, array.shape[1:], strict=True), 1):
            if wanted is not None and wanted != got:
                raise ValueError(f"expected {wanted} values in dimension {axis}, received {got}")
        return array

    def _cast(self, value: list[Any]) -> Any:
        numpy = _numpy()
        dtype = numpy.dtype(self.dtype)
        try:
            natural = numpy.asarray(value)
            if natural.size and natural.dtype.kind not in _SOURCES[dtype.kind]:
                raise ValueError(f"expected {self.dtype} values, received {natural.dtype.name}")
            if natural.dtype.kind == "f" and not numpy.isfinite(natural).all():
                raise ValueError(f"expected {self.dtype} values: a number is too large")
            with numpy.errstate(over="raise"):
                return numpy.asarray(value, dtype=dtype)
        except (OverflowError, FloatingPointError, TypeError, RecursionError) as error:
            raise ValueError(f"expected {self.dtype} values: {error}") from error


def _numpy() -> Any:
    try:
        import numpy
    except ImportError as error:
        raise MissingLibrary(
            "DataTypes.NUMPY needs numpy, which is not installed",
            hint="run `pip install facewright[serve]`",
        ) from error
    return numpy
