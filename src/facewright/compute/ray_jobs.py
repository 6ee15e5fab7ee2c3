"""The jobs of a Ray cluster, through its REST API and the client that Ray brings for it."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from ray.job_submission import JobSubmissionClient

from facewright.errors import TargetError, TargetUnreachable

_OVER = ("SUCCEEDED", "FAILED", "STOPPED")
_ABSENT = "does not exist"
_TAKEN = "already exists"
_NOT_YET = "No available agent"
_PATIENCE, _PAUSE = 60.0, 0.5
_DONE = 200


@dataclass(frozen=True)
class Submitted:
    """What the cluster says about a job.

    Attributes:
        over: Whether its command runs no more.
        node: Id of the node that it runs on; None before it has one.
        message: In words.
        ended: When it ended, in seconds since 1970.
    """

    over: bool
    node: str | None
    message: str
    ended: float | None


class RayJobs:
    """The jobs of a cluster.

    Args:
        address: Of its dashboard, as ``http://head:8265``. A token of the cluster is taken from
            where Ray's own tools look for it: ``RAY_AUTH_TOKEN`` or a file.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._known: _Client | None = None
        for module in (
            "ray",
            JobSubmissionClient.__module__,
            "ray.dashboard.modules.dashboard_sdk",
        ):
            logging.getLogger(module).setLevel(logging.ERROR)

    def check(self) -> None:
        """Make sure that the cluster answers.

        Raises:
            TargetUnreachable: It does not.
        """
        with self._client() as client:
            client.get_version()

    def submit(
        self, job_id: str, command: str, folder: Path, cpus: float | None, memory: int | None
    ) -> None:
        """Start a command in a copy of a folder; a job that is there already goes on."""
        until = time.monotonic() + _PATIENCE
        with self._client() as client:
            while True:
                try:
                    client.submit_job(
                        entrypoint=command,
                        submission_id=job_id,
                        runtime_env={"working_dir": str(folder)},
                        metadata={"started_by": "facewright"},
                        entrypoint_num_cpus=cpus,
                        entrypoint_memory=memory,
                    )
                except RuntimeError as error:
                    if _TAKEN in str(error):
                        return
                    # A node answers some seconds before it takes jobs.
                    if _NOT_YET not in str(error) or time.monotonic() > until:
                        raise
                    time.sleep(_PAUSE)
                else:
                    return

    def find(self, job_id: str) -> Submitted | None:
        """Return what is known of a job; None when there is none."""
        with self._client() as client:
            try:
                info = client.get_job_info(job_id)
            except RuntimeError as error:
                if _ABSENT in str(error):
                    return None
                raise
        over = str(getattr(info.status, "value", info.status)) in _OVER
        ended = info.end_time / 1000 if info.end_time else None
        return Submitted(over, info.driver_node_id, info.message or "", ended)

    def stop(self, job_id: str) -> None:
        """Ask a job's command to end."""
        with self._client() as client:
            client.stop_job(job_id)

    def forget(self, job_id: str) -> None:
        """Remove the record of a job that is over."""
        with self._client() as client:
            try:
                client.delete_job(job_id)
            except RuntimeError as error:
                if _ABSENT not in str(error):
                    raise

    def file(self, node: str, path: str) -> bytes:
        """Return a file in the log folder of a node; nothing when it is not there."""
        with self._client() as client:
            return client.log_file(node, path)

    @contextmanager
    def _client(self) -> Iterator["_Client"]:
        """Yield the client; its errors in the block are errors of targets."""
        try:
            self._known = self._known or _Client(self._address)
            yield self._known
        except (ConnectionError, requests.RequestException) as error:
            raise TargetUnreachable(
                f"no cluster of Ray answers at {self._address}: {_first_line(error)}",
                hint="check the address, which is the dashboard's, as http://head:8265",
            ) from error
        except RuntimeError as error:
            raise TargetError(f"the cluster refuses: {_first_line(error)}") from error


class _Client(JobSubmissionClient):  # type: ignore[misc]
    def log_file(self, node: str, path: str) -> bytes:
        """Return a file by the API behind `ray logs`, whole and as it is."""
        wanted = {"node_id": node, "filename": path, "lines": "-1"}
        answer = self._do_request("GET", "/api/v0/logs/file", params=wanted)
        if answer.status_code == _DONE:
            return bytes(answer.content)
        if "not found" in answer.text.lower():
            return b""
        raise ConnectionError(f"the node does not answer: {answer.text[:200]}")


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:300]
