"""`facewright env list`, `show` and `get-credentials`."""

from typing import TYPE_CHECKING, Any

from facewright.cli.env.options import AnyNameOption, GroupOption, as_data, check_group
from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.cli.service.opening import opened_environments

if TYPE_CHECKING:
    from facewright.management.records import Environment

_COLUMNS = ("Cluster Name", "Engine", "Resource Group", "Provisioning State", "Current")


def list_(
    group: GroupOption = None, output: OutputOption = None, query: QueryOption = None
) -> None:
    """Show the environments, or those of a resource group."""
    with opened_environments() as environments:
        found = environments.list(group)
    emit([as_data(each) for each in found], output=output, query=query, columns=_COLUMNS)


def show(
    name: AnyNameOption = None,
    group: GroupOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show an environment; the current one, and where its services go, when none is named."""
    with opened_environments() as environments:
        found = environments.show(name)
    check_group(found, group)
    emit(as_data(found, mode=name is None), output=output, query=query)


def get_credentials(
    name: AnyNameOption = None,
    group: GroupOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show where an environment keeps its things; on this machine nothing of it is secret."""
    from facewright.settings import Settings

    with opened_environments() as environments:
        found = environments.show(name)
    check_group(found, group)
    emit(_places(found, str(Settings().data_directory.absolute())), output=output, query=query)


def _places(environment: "Environment", data: str) -> dict[str, Any]:
    return {
        "Cluster Name": environment.name,
        "Engine": environment.engine,
        "Images": f"{data}/images",
        "Services": f"{data}/services/{environment.engine}",
        "Collected Data": f"{data}/modeldata",
        "Container Registry": environment.details.get("registry"),
        "Storage": environment.details.get("storage"),
    }
