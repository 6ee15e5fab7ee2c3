"""`facewright runconfiguration list`."""

from typing import TYPE_CHECKING, Any

from facewright.cli.computetarget.options import ProjectOption, open_places
from facewright.cli.output import OutputOption, QueryOption, emit
from facewright.errors import TargetError

if TYPE_CHECKING:
    from facewright.compute.places import Places

_COLUMNS = ("name", "Target", "ArgumentVector", "problem")


def list_(
    output: OutputOption = None, query: QueryOption = None, project: ProjectOption = None
) -> None:
    """List the run configurations of the project."""
    from facewright.compute.run_configuration import run_configuration_names

    places = open_places(project)
    found = [_told(name, places) for name in run_configuration_names(places.config)]
    emit(found, output=output, query=query, columns=_COLUMNS)


def _told(name: str, places: "Places") -> dict[str, Any]:
    from facewright.compute.run_configuration import read_run_configuration

    try:
        found = read_run_configuration(places.config, name)
    except TargetError as error:
        return {"name": name, "problem": error.message}
    return {"name": name, **found.model_dump(mode="json", by_alias=True), "problem": None}
