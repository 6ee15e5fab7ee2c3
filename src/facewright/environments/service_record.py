"""What is on disk of a service: where it is reached, and which generation answers."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from facewright.errors import EngineError
from facewright.system.files import write_text

_FORMAT = 1


@dataclass(frozen=True)
class ServiceRecord:
    """A service that takes requests.

    Attributes:
        host: Address of its front.
        port: Port of its front.
        generation: Number of the generation that requests go to.
        upstream: Port of that generation, on this machine.
        image: Digest of the manifest of its image.
    """

    host: str
    port: int
    generation: int
    upstream: int
    image: str

    @property
    def url(self) -> str:
        """Return the base address."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{shown}:{self.port}"

    def write(self, path: Path) -> None:
        """Write the record, whole; its front reads it again at once."""
        write_text(path, json.dumps({"format": _FORMAT, **asdict(self)}, indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Return the record, or None where there is none.

        Raises:
            EngineError: It is damaged, or of another format.
        """
        try:
            said = json.loads(path.read_bytes())
            if said.pop("format") != _FORMAT:
                raise ValueError(f"expected format {_FORMAT}")
            return cls(**said)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineError(
                f"the record of a service cannot be read: {path}: {error}",
                hint="delete the service and create it again",
            ) from error
