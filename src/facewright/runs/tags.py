"""Under which names MLflow keeps what a run is: tags that belong to Facewright alone."""

import json

from facewright.runs.record import RunStatus, Submitted

OURS = "facewright."
RUN_ID = "facewright.run_id"
RUN_NUMBER = "facewright.run_number"
PROJECT_ID = "facewright.project_id"
ARGUMENTS = "facewright.arguments"
TARGET = "facewright.target"
STARTED = "facewright.started"
REASON = "facewright.reason"
NESTED = "facewright.nested"
PROBLEM = "facewright.problem"
LOGGED = "logged."
"""Before the name of a text that a script logged."""

SCRIPT = "mlflow.source.name"
COMMIT = "mlflow.source.git.commit"
PARENT = "mlflow.parentRunId"
NOTE = "mlflow.note.content"
NAME = "mlflow.runName"
USER = "mlflow.user"

FROM_SCRIPTS = frozenset({NOTE, NAME, "mlflow.autologging"})
"""MLflow's own tags that a script may set; the others say what only the submitting side knows."""

TAG_LIMIT = 5000

STATUS = {
    RunStatus.SUBMITTING: "SCHEDULED",
    RunStatus.RUNNING: "RUNNING",
    RunStatus.COMPLETED: "FINISHED",
    RunStatus.FAILED: "FAILED",
    RunStatus.CANCELED: "KILLED",
}
"""MLflow's word for each status."""

STATUS_OF = {word: status for status, word in STATUS.items()}


def tags_of(submitted: Submitted, number: int) -> dict[str, str]:
    """Return the tags of a run that was submitted.

    Args:
        submitted: The run.
        number: Its number in its project.
    """
    tags = {
        RUN_ID: submitted.run_id,
        RUN_NUMBER: str(number),
        PROJECT_ID: submitted.project_id,
        "facewright.project": submitted.project,
        "facewright.account": submitted.account,
        "facewright.workspace": submitted.workspace,
        TARGET: submitted.target,
        "facewright.configuration": submitted.configuration,
        "facewright.environment": submitted.environment or "",
        ARGUMENTS: _arguments(submitted),
        USER: submitted.user,
        SCRIPT: submitted.script_name,
        "mlflow.source.type": "JOB",
        COMMIT: submitted.commit or "",
    }
    return {name: value for name, value in tags.items() if value}


def _arguments(submitted: Submitted) -> str:
    kept = len(submitted.arguments)
    text = json.dumps(list(submitted.arguments))
    while len(text) > TAG_LIMIT:  # the journal of the run has all of them
        kept //= 2
        text = json.dumps([*submitted.arguments[:kept], "…"])
    return text
