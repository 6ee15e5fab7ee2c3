"""`config/NAME.compute`: what a compute target is."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from facewright.compute.settings_file import SettingsFile, checked_name, read_settings

_MEMORY = re.compile(r"(\d+)([kKmMgG]?)")
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]{0,252}")
_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]{1,253}(/[A-Za-z0-9._~/-]*)?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@\\-]{0,63}")


class Kind(StrEnum):
    """Types of compute targets."""

    LOCAL = "local"
    DOCKER = "docker"
    REMOTE = "remote"
    REMOTE_DOCKER = "remotedocker"
    RAY = "ray"

    @property
    def is_remote(self) -> bool:
        """Return whether it is reached by SSH."""
        return self in (Kind.REMOTE, Kind.REMOTE_DOCKER)


def _kind(value: Any) -> Kind:
    if value == "localdocker":
        return Kind.DOCKER
    if value == "cluster":
        raise ValueError("clusters of HDInsight Spark are not supported; attach its head as remote")
    if value in list(Kind):
        return Kind(value)
    raise ValueError(f"expected one of {', '.join(Kind)}")


class ComputeConfiguration(SettingsFile):
    """A compute target, without its name, which is the file's.

    Attributes:
        kind: Its type; ``localdocker`` is another word for ``docker``.
        base_docker_image: Image that containers start from.
        address: Host of a remote type; URL of the jobs API of type ray.
        port: Its SSH port, 1 to 65535.
        username: User there.
        private_key_file: Key to sign in with; ``~`` is the user's home.
        host_key: Public key of the host, as in a known_hosts file without the host.
        folder: Where jobs and environments are kept there; ``~/.facewright`` when None.
        native_shared_directory: Base of the shared folders; the type's own when None.
        shared_volumes: Whether containers see the shared folder.
        nvidia_docker: Whether containers see the machine's GPUs.
        user_managed_environment: Whether `python_location` is used and nothing is built.
        python_location: Interpreter on the target.
        yarn_deploy_mode: Kept from old files, without effect.
        cpus: Processors of a container, fractions allowed.
        memory: Memory of a container: bytes, or such as ``2g``.
    """

    kind: Annotated[Kind, BeforeValidator(_kind)] = Field(alias="type")
    base_docker_image: str | None = Field(None, alias="baseDockerImage")
    address: str | None = None
    port: int = Field(22, ge=1, le=65535)
    username: str | None = None
    private_key_file: str | None = Field(None, alias="privateKeyFile")
    host_key: str | None = Field(None, alias="hostKey")
    folder: str | None = None
    native_shared_directory: str | None = Field(None, alias="nativeSharedDirectory")
    shared_volumes: bool = Field(True, alias="sharedVolumes")
    nvidia_docker: bool = Field(False, alias="nvidiaDocker")
    user_managed_environment: bool = Field(False, alias="userManagedEnvironment")
    python_location: str | None = Field(None, alias="pythonLocation")
    yarn_deploy_mode: str | None = Field(None, alias="yarnDeployMode")
    cpus: float | None = Field(None, gt=0)
    memory: int | str | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_password(cls, content: Any) -> Any:
        if isinstance(content, dict) and "password" in content:
            raise ValueError("a password does not belong in the project; attach the target again")
        return content

    @field_validator("address")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is None or _ADDRESS.fullmatch(value) or _URL.fullmatch(value):
            return value
        raise ValueError("expected a host's name or address, or a URL of Ray's jobs API")

    @field_validator("username")
    @classmethod
    def _is_user(cls, value: str | None) -> str | None:
        if value is None or _USER.fullmatch(value):
            return value
        raise ValueError("expected a user's name")

    @field_validator("memory")
    @classmethod
    def _is_size(cls, value: int | str | None) -> int | str | None:
        if value is None or _MEMORY.fullmatch(str(value)):
            return value
        raise ValueError("expected bytes, or such as 512m or 2g")

    @model_validator(mode="after")
    def _is_complete(self) -> "ComputeConfiguration":
        if self.kind.is_remote and not (self.address and self.username):
            raise ValueError(f"a target of type {self.kind} has an address and a username")
        if (self.kind is Kind.RAY) != bool(self.address and _URL.fullmatch(self.address)):
            raise ValueError(
                "a target of type ray, and no other, has an address such as http://head:8265; "
                f"received type {self.kind} and address {self.address}"
            )
        if self.user_managed_environment and not self.python_location:
            raise ValueError("userManagedEnvironment goes with pythonLocation")
        return self

    @property
    def memory_bytes(self) -> int | None:
        """Return the memory in bytes, None without a limit."""
        match = _MEMORY.fullmatch(str(self.memory))
        return int(match[1]) * _UNITS[match[2].lower()] if match else None


def compute_path(config: Path, name: str) -> Path:
    """Return the file of a target in a project's `config/`."""
    return config / f"{checked_name(name)}.compute"


def read_compute(config: Path, name: str) -> ComputeConfiguration:
    """Read a target's file.

    Raises:
        TargetError: There is no such target, or its file is wrong.
    """
    return read_settings(compute_path(config, name), ComputeConfiguration)


def target_names(config: Path) -> list[str]:
    """Return the names of a project's targets, sorted."""
    return sorted(path.name.removesuffix(".compute") for path in config.glob("[!.]*.compute"))
