"""`facewright model list` and `show`."""

import sys

from facewright.cli.console import Console
from facewright.cli.model.opening import ModelOption, TagFilter, as_data, opened_models
from facewright.cli.model.publishing import publish_waiting
from facewright.cli.output import Format, OutputOption, QueryOption, emit

_COLUMNS = ("Name", "Id", "Version", "CreatedAt")
_MORE = (*_COLUMNS, "Tags", "Description")
_ALL = (*_MORE, "RunId", "Digest", "Size", "Place")


def list_(tag: TagFilter = None, output: OutputOption = None, query: QueryOption = None) -> None:
    """List all models."""
    with opened_models() as models:
        found = models.list(tag)
        if not found:
            Console().say("No models; `facewright model register` makes one")
        emit([as_data(each) for each in found], output=output, query=query, columns=_COLUMNS)
        publish_waiting(models)


def show(
    model: ModelOption,
    tag: TagFilter = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show a model by its id, with where it comes from and what uses it; by name all versions."""
    from facewright.management.names import id_in

    with opened_models() as models:
        found = models.show(model, tag)
        if id_in(model) is None:
            data = [as_data(each) for each in found]
            emit(data, output=output, query=query, columns=_MORE)
        else:
            lineage = models.lineage(found[0].id)
            one = as_data(found[0]) | {"Lineage": lineage.as_data()}
            emit(one, output=output, query=query, columns=_ALL)
            if query is None and _is_table(output):
                for line in lineage.lines():
                    Console().result(line)
        publish_waiting(models)


def _is_table(output: Format | None) -> bool:
    return output is Format.TABLE or (output is None and sys.stdout.isatty())
