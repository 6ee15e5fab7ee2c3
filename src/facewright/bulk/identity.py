"""What rows are made of photos with; an output holds the rows of one identity only."""

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from facewright.bulk.place import Place
from facewright.errors import BulkError
from facewright.system import digest

FILE = "facewright.json"


class Identity(BaseModel):
    """What an output's rows were made with.

    Attributes:
        format: Of the output.
        kind: ``embed`` or ``score``.
        contract: ``sha256:…`` of detector, chip and embedder: rows of one contract are comparable.
        dimension: Length of an embedding.
        model: Of ``score``: digest of the model's file.
        gallery: Of ``score``: digest of the people enrolled beside the model, None without any.
        words: Detector and embedder, or the model's file, for people.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    kind: Literal["embed", "score"]
    contract: str
    dimension: int
    model: str | None = None
    gallery: str | None = None
    words: str

    @property
    def digest(self) -> str:
        """Digest of all of it but the words."""
        return digest.of_text(json.dumps(self.model_dump(exclude={"words"}), sort_keys=True))


def check_identity(output: Place, identity: Identity) -> bool:
    """Make sure that an output is new or of this identity; return whether it is new.

    Raises:
        BulkError: It holds the rows of another one, or is something else.
    """
    if output.has(FILE):
        found = read_identity(output)
        if found.digest != identity.digest:
            raise BulkError(_other(found, identity, output.uri), hint=_ANOTHER)
        return False
    if any(True for _ in output.files()):
        raise BulkError(
            f"the output is in use for something else: {output.uri} holds files, and no {FILE}",
            hint=_ANOTHER,
        )
    return True


def claim(output: Place, identity: Identity) -> None:
    """Make an output one of this identity.

    Raises:
        BulkError: As `check_identity`.
    """
    if check_identity(output, identity):
        output.write(FILE, (identity.model_dump_json(indent=2) + "\n").encode())


def read_identity(output: Place) -> Identity:
    """Read what an output's rows were made with.

    Raises:
        BulkError: It is no output, or of another format.
    """
    data = output.read(FILE)
    try:
        return Identity.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BulkError(
            f"not an output of `photos embed` or `model score`: {output.uri}/{FILE}: "
            f"{'.'.join(map(str, first['loc']))}: {first['msg']}",
            hint="use the version of Facewright that wrote it, or another output",
        ) from error


_ANOTHER = "name another one with --to, or remove that one"


def _other(found: Identity, wanted: Identity, uri: str) -> str:
    if found.kind != wanted.kind:
        what = f"it holds rows of `{found.kind}`, and this is `{wanted.kind}`"
    elif found.contract != wanted.contract or found.model != wanted.model:
        what = f"expected {wanted.words}, found {found.words}"
        if found.words == wanted.words:
            what = f"{wanted.words} is another file now"
    else:
        what = "other people are enrolled beside the model now"
    return f"the output belongs to another model: {uri}: {what}"
