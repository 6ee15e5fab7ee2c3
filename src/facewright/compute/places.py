"""Where a target finds what belongs to a project and to its user."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """Folders of this machine.

    Attributes:
        project: The project's folder, which holds `config/`.
        project_id: The project's own id, which its stored passwords go by.
        data: The user's data folder: jobs, secrets, keys.
        share: Base of the shared folders on this machine; ``<data>/share`` when None.
    """

    project: Path
    project_id: str
    data: Path
    share: Path | None = None

    @property
    def config(self) -> Path:
        """Return the folder of the targets' files."""
        return self.project / "config"

    @property
    def share_base(self) -> Path:
        """Return the base of the shared folders on this machine."""
        return self.share or self.data / "share"
