"""Models, manifests, images, environments and services as they are read from the database."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

FOLDER_TYPE = "inode/directory"


@dataclass(frozen=True)
class StoredFile:
    """A file that is kept by its digest.

    Attributes:
        path: Relative, with forward slashes.
        digest: ``sha256:`` and 64 hex digits.
        size: In bytes.
    """

    path: str
    digest: str
    size: int


@dataclass(frozen=True)
class ManagementAccount:
    """A model management account.

    Attributes:
        id: GUID.
        name: Unique.
        details: Resource group, location and SKU, as they were given.
        current: Whether commands belong to it now.
        created: In UTC.
        modified: In UTC.
    """

    id: str
    name: str
    description: str
    tags: dict[str, str]
    details: dict[str, Any]
    current: bool
    created: datetime
    modified: datetime


@dataclass(frozen=True)
class Model:
    """A version of a registered model.

    Attributes:
        id: 32 hex digits.
        name: Shared by its versions.
        version: From 1, without gaps.
        digest: Of the one file, or of the list of files of a folder.
        size: Bytes of all files.
        place: Where it lay, relative, such as ``outputs/my_model.h5``; where it lies in an image
            unless a manifest says otherwise.
        files: The one file by its name, or those of a folder by their paths in it.
        mime_type: Such as ``application/x-hdf5``; ``inode/directory`` of a folder.
        run_id: The run whose output it is, or None where that is not known.
        facts: What its recognition contract says; empty where it has none.
        published: Its version in the MLflow registry, or None until it is there.
        created: In UTC.
    """

    id: str
    name: str
    version: int
    digest: str
    size: int
    place: str
    files: tuple[StoredFile, ...]
    mime_type: str
    description: str
    tags: tuple[str, ...]
    run_id: str | None
    facts: dict[str, Any]
    published: str | None
    created: datetime

    @property
    def is_folder(self) -> bool:
        """Whether it was a folder, be it one with a single file."""
        return self.mime_type == FOLDER_TYPE

    def files_at(self, place: str) -> tuple[StoredFile, ...]:
        """Return the files with their paths in an image, the model lying at `place`."""
        if not self.is_folder:
            return tuple(replace(file, path=place) for file in self.files)
        return tuple(replace(file, path=f"{place}/{file.path}") for file in self.files)


@dataclass(frozen=True)
class PlacedModel:
    """A model of a manifest.

    Attributes:
        model: Its id.
        place: Where its file or folder lies in an image, relative, such as ``outputs/my_model.h5``.
    """

    model: str
    place: str


@dataclass(frozen=True)
class Manifest:
    """A version of a manifest: a scoring script and what it needs.

    Attributes:
        id: GUID.
        driver: Path of the scoring script among `files`.
        runtime: ``python``.
        files: Script, schema, dependency file, and the others.
        requirements: ``python``, ``pip`` (lines as they were given), ``lines`` (with the server,
            as they are locked) and ``file`` (path of the dependency file, or None).
        lock: For each platform the wheels, by name, version and digest.
        schema: Of the script's inputs and outputs, or None.
        models: In the order of their places.
        created: In UTC.
    """

    id: str
    name: str
    version: int
    description: str
    driver: str
    runtime: str
    files: tuple[StoredFile, ...]
    requirements: dict[str, Any]
    lock: dict[str, Any]
    schema: dict[str, Any] | None
    models: tuple[PlacedModel, ...]
    created: datetime

    @property
    def schema_file(self) -> str | None:
        """Path of the schema, which comes second among `files`, or None."""
        return None if self.schema is None else self.files[1].path


@dataclass(frozen=True)
class ImageRecord:
    """A version of an image.

    Attributes:
        id: GUID.
        manifest_id: Of the manifest it was made from.
        digest: Of its manifest or index, once it was built.
        size: Bytes of all layers; 0 until it was built.
        platforms: Such as ``linux/amd64``.
        base: What it stands on: ``name`` and ``digest``.
        location: Where it was pushed to, or None.
        state: ``NotStarted``, ``Running``, ``Succeeded``, ``Failed`` or ``Cancelled``.
        error: Why it failed.
        created: In UTC.
    """

    id: str
    name: str
    version: int
    manifest_id: str
    description: str
    digest: str | None
    size: int
    platforms: tuple[str, ...]
    base: dict[str, Any]
    location: str | None
    state: str
    error: str | None
    created: datetime


@dataclass(frozen=True)
class Environment:
    """A place where services live.

    Attributes:
        id: GUID.
        name: Unique.
        engine: ``process``, ``docker`` or ``kubernetes``.
        state: ``Succeeded``, ``Failed``, ``Creating`` or ``Deleting``.
        error: Why it failed.
        details: What its engine needs to know, and what only Azure needed.
        current: Whether commands mean it when they name none.
        mode: ``local`` or ``cluster``.
        created: In UTC.
    """

    id: str
    name: str
    engine: str
    state: str
    error: str | None
    details: dict[str, Any]
    current: bool
    mode: str
    created: datetime


@dataclass(frozen=True)
class Service:
    """A service in an environment.

    Attributes:
        id: Its name where it is local, ``<name>.<environment>-<8 hex digits>`` in a cluster.
        image_id: Of the image it runs.
        settings: Replicas, limits, autoscaling, data collection and what else was asked for.
        address: Its scoring URL, once it has one.
        state: ``Running``, ``Succeeded``, ``Failed`` or ``Deleting``.
        error: Why it failed.
        created: In UTC.
        updated: In UTC.
    """

    id: str
    name: str
    environment_id: str
    image_id: str
    settings: dict[str, Any]
    address: str | None
    state: str
    error: str | None
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Deployment:
    """An image that a service ran or runs.

    Attributes:
        id: GUID.
        status: As the state of a service.
        created: In UTC.
        expired: When another took its place; None for the one that runs.
    """

    id: str
    service_id: str
    image_id: str
    status: str
    created: datetime
    expired: datetime | None
