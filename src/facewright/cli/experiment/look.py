"""`facewright experiment status` and `facewright experiment list`."""

from facewright.cli.experiment.options import RunOption, RunTargetOption, find_run, open_workbench
from facewright.cli.output import OutputOption, QueryOption, emit

_COLUMNS = {
    "run_id": "Run_id",
    "status": "Status",
    "target": "Target",
    "script_name": "Script_name",
    "duration": "Duration",
    "reason": "Reason",
}


def status(
    run: RunOption,
    target: RunTargetOption = None,
    output: OutputOption = None,
    query: QueryOption = None,
) -> None:
    """Show where a run stands."""
    from facewright.runs.describe import describe

    found = describe(find_run(open_workbench(), run, target))
    emit(found, output=output, query=query)


def list_(output: OutputOption = None, query: QueryOption = None) -> None:
    """Show the runs that something is left to do for; `history list` shows all."""
    from facewright.runs.describe import describe

    found = [describe(journal) for journal in open_workbench().journals.open_runs()]
    emit(found, output=output, query=query, columns=_COLUMNS)
