"""What a service is asked to be, besides its image; kept with it, and changed a part at a time."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from facewright.errors import ManagementError

_MEMORY = re.compile(r"([0-9]+(?:\.[0-9]+)?)([kKMG])(i?)[bB]?")
_POWERS = {"k": 1, "M": 2, "G": 3}
_LEAST_MEMORY = 16_000_000
_MOST_REPLICAS = 100


@dataclass(frozen=True)
class Autoscale:
    """How a cluster changes the number of replicas; kept, but of no effect on one machine.

    Attributes:
        enabled: Whether it does.
        least: Replicas that stay, from 0.
        most: Replicas at most, from 1.
        utilization: Per cent of their time that replicas shall be busy.
        refresh: Seconds between looks.
    """

    enabled: bool = False
    least: int = 1
    most: int = 10
    utilization: int = 70
    refresh: int = 1


@dataclass(frozen=True)
class ServiceSettings:
    """What a service is asked to be.

    Attributes:
        replicas: Processes that answer; None for one.
        cpu: Processors; None for all.
        memory: As in ``300M`` or ``1G``; None for all.
        waiting: Requests that may wait in each replica; None for the server's own default.
        collect: Whether answers are kept.
        insights: Whether application insights were asked for; kept, the metrics are always there.
        auth: Whether it has keys.
        host: Address it is reached at.
        port: Port that was asked for; None for a free one.
        autoscale: For clusters.
        cluster: Whether it lives in the cluster of its environment.
    """

    replicas: int | None = None
    cpu: float | None = None
    memory: str | None = None
    waiting: int | None = None
    collect: bool = False
    insights: bool = False
    auth: bool = False
    host: str = "127.0.0.1"
    port: int | None = None
    autoscale: Autoscale = Autoscale()
    cluster: bool = False

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """Return these with changes; what is None stays."""
        given = {name: value for name, value in changes.items() if value is not None}
        inner = {name: given.pop(name) for name in list(given) if name in _AUTOSCALE}
        return replace(self, **given, autoscale=replace(self.autoscale, **inner)).checked()

    def checked(self) -> Self:
        """Return these.

        Raises:
            ManagementError: A number is out of its range, or two contradict each other.
        """
        _range("replicas", self.replicas, 1, _MOST_REPLICAS)
        _range("--cpu", self.cpu, 0.01, 1024)
        _range("--replica-max-concurrent-requests", self.waiting, 1, 100_000)
        _range("--port", self.port, 1, 65_535)
        _range("--autoscale-min-replicas", self.autoscale.least, 0, _MOST_REPLICAS)
        _range("--autoscale-max-replicas", self.autoscale.most, 1, _MOST_REPLICAS)
        _range("--autoscale-target-utilization", self.autoscale.utilization, 1, 100)
        _range("--autoscale-refresh-period-seconds", self.autoscale.refresh, 1, 86_400)
        if self.autoscale.least > self.autoscale.most:
            raise ManagementError(
                "--autoscale-min-replicas is more than --autoscale-max-replicas: received "
                f"{self.autoscale.least} and {self.autoscale.most}"
            )
        if self.autoscale.enabled and self.replicas is not None:
            raise ManagementError(
                "a number of replicas and autoscaling contradict each other: expected one of them",
                hint="leave -z out, or say --autoscale-enabled false",
            )
        _ = self.memory_bytes
        return self

    @property
    def memory_bytes(self) -> int | None:
        """Return the limit of memory in bytes.

        Raises:
            ManagementError: The text is no amount of memory, or too little.
        """
        if self.memory is None:
            return None
        found = _MEMORY.fullmatch(self.memory)
        power = _POWERS[found[2].lower() if found[2] in "kK" else found[2]] if found else 0
        size = int(float(found[1]) * (1024 if found[3] else 1000) ** power) if found else 0
        if size < _LEAST_MEMORY:
            raise ManagementError(
                f"not an amount of memory: expected at least 16M, as in 300M or 1G, received "
                f"{self.memory[:40]!r}"
            )
        return size

    def in_cluster(self) -> Self:
        """Return these for a service in a cluster, which always has keys.

        Raises:
            ManagementError: Something was asked for that only this machine has, or no cluster.
        """
        if self.port is not None or self.host != ServiceSettings().host:
            raise ManagementError(
                "--port and --host are for services of this machine: a cluster chooses where a "
                "service is reached",
                hint="say how with `facewright env setup --cluster --expose`",
            )
        if self.autoscale.enabled and self.autoscale.least < 1:
            raise ManagementError(
                "--autoscale-min-replicas is out of range in a cluster: expected at least 1, "
                f"received {self.autoscale.least}",
                hint="a service without replicas answers nobody; `service delete` ends it",
            )
        return replace(self, auth=True, cluster=True)

    def as_column(self) -> dict[str, Any]:
        """Return these as the database keeps them."""
        return asdict(self)

    @classmethod
    def from_column(cls, column: Mapping[str, Any]) -> Self:
        """Return what `as_column` gave."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in column.items() if name in known}
        return cls(**{**values, "autoscale": Autoscale(**values.get("autoscale", {}))})


_AUTOSCALE = {field.name for field in fields(Autoscale)}


def _range(what: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:
        raise ManagementError(
            f"{what} is out of range: expected {least:g} to {most:g}, received {value:g}"
        )
