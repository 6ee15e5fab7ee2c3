"""Settings: one typed class, built at the entry point and passed down."""

import getpass
from pathlib import Path

import platformdirs
from pydantic import AliasChoices, Field, SecretStr
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
        database: Where records are kept; ``FACEWRIGHT_DATABASE_URL``. A URL may hold a password,
            so it is never shown; `database_url` is what is used.
        user: Who owns what is made; ``FACEWRIGHT_USER``, or the name of the machine's user.
        tracking: Where the history of runs is; ``MLFLOW_TRACKING_URI``, an MLflow server or a
            database. It may hold a password; `tracking_uri` is what is used.
        base_image: What images stand on in environments that run containers, unless they name one
            themselves; ``FACEWRIGHT_BASE_IMAGE``, such as the name in a company's own registry.
        project_megabytes: How much of a project is sent to a compute target at most;
            ``FACEWRIGHT_PROJECT_MEGABYTES``.
        project_files: How many files; ``FACEWRIGHT_PROJECT_FILES``.
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
    database: SecretStr | None = Field(None, validation_alias="FACEWRIGHT_DATABASE_URL")
    user: str = Field(default_factory=lambda: _local_user())
    tracking: SecretStr | None = Field(None, validation_alias="MLFLOW_TRACKING_URI")

    base_image: str | None = None
    project_megabytes: int = Field(100, ge=1)
    project_files: int = Field(20_000, ge=1)

    @property
    def database_url(self) -> str:
        """The URL of the database of records; a file among the user's data unless one is named."""
        if self.database is not None:
            return self.database.get_secret_value()
        return f"sqlite:///{self.data_directory.absolute() / 'facewright.db'}"

    @property
    def tracking_uri(self) -> str:
        """Where the history of runs is; in the database of records unless another is named."""
        return self.tracking.get_secret_value() if self.tracking else self.database_url

    @property
    def artifact_directory(self) -> Path:
        """Where the artefacts of runs are, unless a tracking server keeps them."""
        return self.data_directory.absolute() / "artefacts"

    def shared_directory_of(self, project: str) -> Path:
        """Return the shared folder of the project of that name."""
        return self.shared_directory or self.data_directory / "share" / project


def _local_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "local"


def _place(find: object) -> Path:
    path: Path = find("facewright", appauthor=False)  # type: ignore[operator]
    return path
