"""`facewright experiment prepare`: the environment of a run configuration."""

from facewright.cli.console import Console
from facewright.cli.experiment.options import (
    ConfigurationOption,
    OtherTargetOption,
    ProjectOption,
    open_workbench,
)


def prepare(
    configuration: ConfigurationOption,
    target: OtherTargetOption = None,
    project: ProjectOption = None,
) -> None:
    """Build the environment that scripts run in, unless it is there."""
    workbench, console = open_workbench(), Console()
    plan = workbench.plan(workbench.project(project), configuration, target)
    if plan.dependencies is None:
        console.result(f"Nothing to prepare: {plan.target} uses the Python that is there")
    elif workbench.prepare(plan, console.say):
        console.result(f"Prepared {plan.target}")
    else:
        console.result(f"Nothing to prepare: the environment on {plan.target} is up to date")
