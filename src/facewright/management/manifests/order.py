"""What a manifest shall be, before anything was looked at."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ManifestOrder:
    """A manifest to be; paths are relative to `folder`, with forward slashes.

    Attributes:
        name: Shared by its versions.
        folder: Holds everything that is named here; becomes the service's working directory.
        driver: The scoring script, directly in `folder`.
        runtime: ``python``.
        models: Ids of registered models, or names, each for its newest version.
        model_files: Files and folders to be registered first, under their own names.
        schema: What ``run`` takes; None leaves the body of a request to it.
        conda_file: Dependencies as a conda environment file.
        pip_file: Dependencies as a requirements.txt, instead.
        extras: Files and folders that the script needs.
        description: Text.
    """

    name: str
    folder: Path
    driver: str
    runtime: str = "python"
    models: tuple[str, ...] = ()
    model_files: tuple[str, ...] = ()
    schema: str | None = None
    conda_file: str | None = None
    pip_file: str | None = None
    extras: tuple[str, ...] = ()
    description: str = ""
