"""The door to MLflow on the submitting side: it opens within seconds, or an error says why not."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import ErrorCode
from mlflow.tracking import MlflowClient
from requests.exceptions import RequestException

from facewright.errors import HistoryUnreachable, RunError
from facewright.runs.one_opening import one_opening

_REFUSALS = {
    "RESOURCE_DOES_NOT_EXIST",
    "RESOURCE_ALREADY_EXISTS",
    "INVALID_PARAMETER_VALUE",
    "INVALID_STATE",
    "BAD_REQUEST",
    "NOT_IMPLEMENTED",
    "MALFORMED_REQUEST",
}


def open_client(tracking_uri: str) -> MlflowClient:
    """Return MLflow's client for a server's address or a database URL.

    The tables of a new database are made.

    Raises:
        HistoryUnreachable: Nobody answers there.
        RunError: The address cannot be used, or the database is of another version of MLflow.
    """
    # MLflow logs what it raises, with tracebacks; we explain it once, in words.
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with answering(), warnings.catch_warnings():
        # Its tables ask SQLAlchemy for ways that are going out of use.
        warnings.simplefilter("ignore", DeprecationWarning)
        with one_opening(tracking_uri):
            return MlflowClient(tracking_uri, tracking_uri)


@contextmanager
def answering() -> Iterator[None]:
    """Turn MLflow's errors into ours."""
    try:
        yield
    except MlflowException as error:
        if error_name(error) in _REFUSALS:
            raise RunError(f"the history refuses: {_first_line(error)}") from error
        raise _unreachable(error) from error
    except (RequestException, OSError) as error:
        raise _unreachable(error) from error
    except Exception as error:
        # SQLAlchemy's errors escape where MLflow opens a database.
        if type(error).__module__.startswith("sqlalchemy"):
            raise _unreachable(error) from error
        raise


def error_name(error: MlflowException) -> str:
    """Return MLflow's name of an error."""
    code = error.error_code
    return code if isinstance(code, str) else ErrorCode.Name(code)


def _unreachable(error: Exception) -> HistoryUnreachable:
    return HistoryUnreachable(
        f"the history does not answer: {_first_line(error)}",
        hint="look at the server or database that MLFLOW_TRACKING_URI names; what runs reported "
        "waits for it",
    )


def _first_line(error: Exception) -> str:
    message = getattr(error, "message", None)
    return (str(message or error).strip().splitlines() or [type(error).__name__])[0][:500]
