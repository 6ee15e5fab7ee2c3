"""What is to be made of photos: embeddings of a network, or a model's answers."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from facewright.bulk.identity import Identity
from facewright.bulk.seen import Eyes, Found
from facewright.embedders.embedder import Embedder
from facewright.embedders.onnx_network import OnnxNetwork
from facewright.errors import FacewrightError, ModelFileError, NoFaceFound
from facewright.faces.align import load_alignment
from facewright.faces.detector import Detector, load_detector
from facewright.faces.photo import DEFAULT_LIMITS
from facewright.gallery.contract_id import gallery_folder
from facewright.recognizer.answer import Answer
from facewright.recognizer.contract import (
    ChipRecord,
    DetectorRecord,
    EmbedderRecord,
    RecognitionContract,
)
from facewright.recognizer.look import Looker
from facewright.recognizer.onnx_file import OnnxNetwork as Model
from facewright.recognizer.recognizer import Recognizer
from facewright.system import digest


class _Recipe(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EmbedRecipe(_Recipe):
    """Faces into embeddings.

    Attributes:
        kind: ``embed``.
        network: ONNX file with an output ``embedding``: an embedder's or a model's.
        detector: Finds the faces.
        chip: How they are cut.
        embedder: Which network it is.
        run: Of a fine-tuned network: the run that made it.
    """

    kind: Literal["embed"] = "embed"
    network: Path
    detector: DetectorRecord
    chip: ChipRecord
    embedder: EmbedderRecord
    run: str | None = None

    def identity(self) -> Identity:
        """Return what the rows are made with."""
        return Identity(
            kind="embed",
            contract=_contract(self.detector, self.chip, self.embedder, self.run),
            dimension=self.embedder.dimension,
            words=f"{self.detector.name} and {self.embedder.name}",
        )

    def build(self) -> Eyes:
        """Return eyes; errors as of `load_detector` and `OnnxNetwork`."""
        detector = load_detector(self.detector.name, self.detector.settings)
        return _Embedding(self, detector, OnnxNetwork(_bytes(self.network), self.network.name))

    def files(self) -> dict[str, Path]:
        """Return the files it needs, by the name they have in a job's folder."""
        return {"network.onnx": self.network}

    def there(self) -> "EmbedRecipe":
        """Return it as it is in a job's folder."""
        return self.model_copy(update={"network": Path("network.onnx")})


class ScoreRecipe(_Recipe):
    """Faces into a model's answers.

    Attributes:
        kind: ``score``.
        model: The model's file, `my_model.onnx`; people enrolled beside it count.
    """

    kind: Literal["score"] = "score"
    model: Path

    def identity(self) -> Identity:
        """Return what the rows are made with; reads the model."""
        contract = Model(_checked(self.model)).contract
        return Identity(
            kind="score",
            contract=_of_model(contract),
            dimension=contract.embedder.dimension,
            model=digest.of_file(self.model),
            gallery=_gallery_digest(self.model),
            words=self.model.name,
        )

    def build(self) -> Eyes:
        """Return eyes; errors as of `Recognizer.load`."""
        return _Answering(Recognizer.load(self.model))

    def files(self) -> dict[str, Path]:
        """Return the files it needs, by the name they have in a job's folder."""
        gallery = gallery_folder(self.model)
        people = {
            f"{gallery.name}/{path.relative_to(gallery).as_posix()}": path
            for path in sorted(gallery.rglob("*"))
            if path.is_file()
        }
        return {self.model.name: self.model, **people}

    def there(self) -> "ScoreRecipe":
        """Return it as it is in a job's folder."""
        return self.model_copy(update={"model": Path(self.model.name)})


Recipe = Annotated[EmbedRecipe | ScoreRecipe, Field(discriminator="kind")]


def embedding_of(embedder: Embedder, detector: Detector, network: Path) -> EmbedRecipe:
    """Return the recipe of an embedder.

    Args:
        embedder: The pretrained network.
        detector: Finds the faces.
        network: File with the embedder's ONNX bytes.
    """
    chip = embedder.chip
    return EmbedRecipe(
        network=network.absolute(),
        detector=DetectorRecord(name=detector.name, settings=detector.settings),
        chip=ChipRecord(size=chip.size, alignment=chip.alignment, normalisation=chip.normalisation),
        embedder=EmbedderRecord(
            name=embedder.name, digest=embedder.digest, dimension=embedder.dimension
        ),
    )


def embedding_with(model: Path) -> EmbedRecipe:
    """Return the recipe of a model's embedder.

    Raises:
        ModelFileError: It is not an `.onnx` file that training wrote.
    """
    contract = Model(_checked(model)).contract
    return EmbedRecipe(
        network=model.absolute(),
        detector=contract.detector,
        chip=contract.chip,
        embedder=contract.embedder,
        run=contract.training_run if contract.embedder.fine_tuned_blocks else None,
    )


def scoring_with(model: Path) -> ScoreRecipe:
    """Return the recipe of a model's answers.

    Raises:
        ModelFileError: It is not an `.onnx` file.
    """
    return ScoreRecipe(model=_checked(model).absolute())


class _Embedding:
    def __init__(self, recipe: EmbedRecipe, detector: Detector, network: OnnxNetwork) -> None:
        alignment = load_alignment(recipe.chip.alignment)
        self._detector = detector
        self._looker = Looker(detector, alignment, recipe.chip.size, DEFAULT_LIMITS)
        self._network = network

    def look(self, data: bytes) -> Sequence[Found]:
        faces = self._looker.look(data).faces
        if not faces:
            raise _no_face(self._detector.name)
        # Only this photo's faces go through together: another batch may give other bits.
        chips = np.stack([face.chip for face in faces])
        vectors = self._network.run(chips)["embedding"]
        return [
            Found(each.face.box, each.face.score, vector)
            for each, vector in zip(faces, vectors, strict=True)
        ]


class _Answering:
    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer

    def look(self, data: bytes) -> Sequence[Found]:
        [answer] = self._recognizer.recognize_many([data])
        if isinstance(answer, FacewrightError):
            raise answer
        return _faces(answer, self._recognizer.contract)


def _faces(answer: Answer, contract: RecognitionContract) -> list[Found]:
    if not answer.faces:
        raise _no_face(contract.detector.name)
    return [
        Found(each.seen.face.box, each.seen.face.score, each.vector, each.decision)
        for each in answer.faces
    ]


def _no_face(detector: str) -> NoFaceFound:
    return NoFaceFound(f"no face found by the detector {detector}")


def _of_model(contract: RecognitionContract) -> str:
    run = contract.training_run if contract.embedder.fine_tuned_blocks else None
    return _contract(contract.detector, contract.chip, contract.embedder, run)


def _contract(
    detector: DetectorRecord, chip: ChipRecord, embedder: EmbedderRecord, run: str | None
) -> str:
    parts: list[Any] = [detector.model_dump(), chip.model_dump(), embedder.model_dump(), run]
    return digest.of_text(json.dumps(parts, sort_keys=True))


def _gallery_digest(model: Path) -> str | None:
    folder = gallery_folder(model)
    if not folder.is_dir():
        return None
    files = sorted(path for path in folder.rglob("*.json") if path.is_file())
    lines = [f"{path.relative_to(folder).as_posix()} {digest.of_file(path)}" for path in files]
    return digest.of_text("\n".join(lines))


def _checked(model: Path) -> Path:
    if model.suffix != ".onnx" or not model.is_file():
        raise ModelFileError(
            f"no such model file: expected an .onnx file that training wrote, received {model}",
            hint="train first, or name the `my_model.onnx` with --model",
        )
    return model


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"the network cannot be read: {path}: {error.strerror}") from error
