"""Keys of data as the original's command line spelled them, so that its users' scripts go on."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_FIRST = ("Name", "Id", "Version")


def spelled(record: "DataclassInstance", **names: str) -> dict[str, Any]:
    """Return a record as data: `mime_type` becomes ``MimeType``; name, id and version come first.

    Args:
        record: What is shown.
        names: Other spellings, by field: the original's own where it had one.
    """
    from dataclasses import asdict

    data = {names.get(key, _capitals(key)): value for key, value in asdict(record).items()}
    return {key: data[key] for key in _FIRST if key in data} | data


def _capitals(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
