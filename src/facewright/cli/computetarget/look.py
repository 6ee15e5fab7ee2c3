"""`facewright computetarget list` and `facewright computetarget show`."""

from typing import TYPE_CHECKING, Any

from facewright.cli.computetarget.options import NameOption, ProjectOption, open_places
from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.errors import TargetError

if TYPE_CHECKING:
    from facewright.compute.configuration import ComputeConfiguration
    from facewright.compute.places import Places

_COLUMNS = ("name", "type", "address", "runConfigurations", "problem")


def list_(
    output: OutputOption = None, query: QueryOption = None, project: ProjectOption = None
) -> None:
    """List the targets of the project."""
    from facewright.compute.configuration import target_names

    places = open_places(project)
    found = [_short(name, places) for name in target_names(places.config)]
    emit(found, output=output, query=query, columns=_COLUMNS)


def show(
    name: NameOption,
    output: OutputOption = None,
    query: QueryOption = None,
    project: ProjectOption = None,
) -> None:
    """Show a target; a stored password is not shown, only that there is one."""
    from facewright.compute.configuration import read_compute

    places = open_places(project)
    configuration = read_compute(places.config, name)
    emit(_whole(name, configuration, places), output=output, query=query)


def _short(name: str, places: "Places") -> dict[str, Any]:
    from facewright.compute.attachment import run_configurations_of
    from facewright.compute.configuration import read_compute

    used = run_configurations_of(name, places)
    try:
        found = read_compute(places.config, name)
    except TargetError as error:
        return {"name": name, "type": None, "runConfigurations": used, "problem": error.message}
    told = {"name": name, "type": found.kind.value, "address": found.address}
    return {**told, "runConfigurations": used, "problem": None}


def _whole(name: str, configuration: "ComputeConfiguration", places: "Places") -> dict[str, Any]:
    from facewright.compute.attachment import run_configurations_of
    from facewright.compute.secrets import has_secret
    from facewright.compute.ssh.fingerprint import fingerprint_of

    settings = configuration.model_dump(mode="json", by_alias=True, exclude_none=True)
    told: dict[str, Any] = {"name": name, **settings}
    if configuration.host_key is not None:
        told["hostKeyFingerprint"] = fingerprint_of(configuration.host_key)
    if configuration.kind.is_remote:
        told["secretStored"] = has_secret(name, places)
    return {**told, "runConfigurations": run_configurations_of(name, places)}
