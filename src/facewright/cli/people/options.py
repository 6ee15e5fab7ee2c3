"""What the commands about people have in common."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from facewright.gallery.gallery import Gallery
    from facewright.recognizer.contract import RecognitionContract

DEFAULT_MODEL = Path("outputs/my_model.onnx")

ModelOption = Annotated[
    Path, typer.Option(metavar="FILE", help="The model file; its people lie beside it.")
]
GalleryOption = Annotated[
    str | None,
    typer.Option(
        "--gallery-url",
        envvar="FACEWRIGHT_GALLERY_URL",
        show_envvar=True,
        metavar="URL",
        help="The people are in this database rather than beside the model file.",
    ),
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The person.")]


class Output(StrEnum):
    """How data is printed."""

    TABLE = "table"
    JSON = "json"


OutputOption = Annotated[Output, typer.Option("--output", "-o", help="How data is printed.")]


def open_gallery(
    model: Path, url: str | None, contract: "RecognitionContract | None" = None
) -> "Gallery":
    """Open the gallery of a model file.

    Args:
        model: The file.
        url: The database of the people; None for the folder beside the file.
        contract: What the file says, when it was read already.

    Raises:
        ModelFileError: The model file cannot be used.
        GalleryError: The people there belong to another model.
        DatabaseError: The database cannot be used.
    """
    from facewright.gallery.contract_id import contract_id, gallery_folder
    from facewright.gallery.gallery import Gallery

    said = contract or read_contract(model)
    known_as = contract_id(said.embedder.model_dump(), said.chip.model_dump(), said.training_run)
    return Gallery.open(url or gallery_folder(model), known_as, said.embedder.dimension)


def read_contract(model: Path) -> "RecognitionContract":
    """Return what a model file says about how to use it."""
    from facewright.recognizer.network import load_network

    return load_network(model).contract


def trained_name(name: str, contract: "RecognitionContract") -> str | None:
    """Return the label of a person of this name whom the model was trained on, if there is one."""
    from facewright.gallery.names import key_of

    return next((label for label in contract.labels if key_of(label) == key_of(name)), None)


def as_json(value: object) -> str:
    """Return JSON text for people and programs."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def counted(count: int, noun: str) -> str:
    """Return such as ``1 photo`` or ``3 photos``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
