"""What tests of service engines stand on."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

import docker
from service_images import Shelf

from facewright.environments.catalogue import load_engine
from facewright.environments.fronted import FrontedEngine
from facewright.environments.supervision import Supervision


@dataclass
class Ground:
    """An engine, images for it, and what a test does behind its back.

    Attributes:
        kind: ``process`` or ``docker``.
        data: The folder of the user's data.
    """

    kind: str
    data: Path
    shelf: Shelf
    host: str | None

    def engine(self) -> FrontedEngine:
        """Return the engine, as a new command would have it."""
        return load_engine(self.kind, self.data, self.host)

    @property
    def supervision(self) -> Supervision:
        """Return what the engine's supervisor says."""
        return Supervision(self.data / "services" / "supervisor")

    def pid(self, service: str, number: int) -> int:
        """Return the process of a generation."""
        if self.kind == "process":
            state = self.supervision.state(f"{service}_{number}")
            return state.pid if state else 0
        with contextlib.closing(docker.APIClient(self.host)) as api:
            label = f"facewright.place={self.data / 'services' / 'docker' / service}"
            found = api.containers(filters={"label": label})
            names = [each for each in found if each["Names"][0].endswith(f"-{number}")]
            pids = [api.inspect_container(each["Id"])["State"]["Pid"] for each in names]
        return int(pids[0]) if pids else 0

    def front_pid(self, service: str) -> int:
        """Return the process that owns a service's address; 0 when there is none."""
        state = self.supervision.state(f"{service}_front")
        return state.pid if state else 0

    def supervisor_pid(self) -> int:
        """Return the process of the supervisor; 0 when there is none."""
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.data / "services/supervisor/supervisord.pid").read_text())
            os.kill(pid, 0)
            return pid
        return 0
