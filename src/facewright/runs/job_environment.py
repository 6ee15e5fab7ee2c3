"""What a job is told about its run: where to report, and to keep silent to everybody else."""

import uuid

REPORT_VARIABLE = "FACEWRIGHT_RUN_REPORT"
"""Names an absolute folder; a compute target fills it in (`Job.folders`)."""

_NAMESPACE = uuid.UUID("5e1f5c2e-3a4b-5d0a-9d53-0d6a2f0f7c11")


def job_environment(run_id: str) -> dict[str, str]:
    """Return the variables of a job besides `FACEWRIGHT_RUN_REPORT`, which is a path on its target.

    Args:
        run_id: The run.
    """
    return {
        "FACEWRIGHT_RUN_ID": run_id,
        "MLFLOW_TRACKING_URI": "facewright:",
        "MLFLOW_RUN_ID": tracking_id(run_id),
        "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "1",
        "ORT_DISABLE_TELEMETRY": "1",
    }


def tracking_id(run_id: str) -> str:
    """Return MLflow's id of a run inside its job; MLflow forbids dots, a project does not."""
    return uuid.uuid5(_NAMESPACE, run_id).hex
