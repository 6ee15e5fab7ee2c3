"""Settings: one typed class, built at the entry point and passed down."""

from pathlib import Path

import platformdirs
from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the environment says; each value names its variable.

    Attributes:
        shared_directory: Base of the shared folder, where photos and pretrained files are read
            and models are copied to on request; ``FACEWRIGHT_SHARED_DIRECTORY``, or the
            original's ``AZUREML_NATIVE_SHARE_DIRECTORY``. None stands for a folder of the
            project's own among the user's data.
        cache_directory: What can be made again; ``FACEWRIGHT_CACHE_DIRECTORY``.
        data_directory: What cannot; ``FACEWRIGHT_DATA_DIRECTORY``.
    """

    model_config = SettingsConfigDict(env_prefix="FACEWRIGHT_", env_ignore_empty=True)

    shared_directory: Path | None = Field(
        None,
        validation_alias=AliasChoices(
            "FACEWRIGHT_SHARED_DIRECTORY", "AZUREML_NATIVE_SHARE_DIRECTORY"
        ),
    )
    cache_directory: Path = Field(default_factory=lambda: _place(platformdirs.user_cache_path))
    data_directory: Path = Field(default_factory=lambda: _place(platformdirs.user_data_path))

    def shared_directory_of(self, project: str) -> Path:
        """Return the shared folder of the project of that name."""
        return self.shared_directory or self.data_directory / "share" / project


def _place(find: object) -> Path:
    path: Path = find("facewright", appauthor=False)  # type: ignore[operator]
    return path
