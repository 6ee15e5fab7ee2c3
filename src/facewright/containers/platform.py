"""What a container runs on, as far as it decides which wheels fit."""

from dataclasses import dataclass

_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
_OLDEST_GLIBC_MINOR = {"amd64": 5, "arm64": 17}
# Names that wheels used before their tags held the number of glibc.
_OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


@dataclass(frozen=True)
class Platform:
    """Linux on some machine.

    Attributes:
        machine: ``amd64`` or ``arm64``, as images call it.
        glibc: Minor version of its C library, as in 2.36; wheels that need a newer one do not fit.
    """

    machine: str
    glibc: int = 28

    def __post_init__(self) -> None:
        if self.machine not in _MACHINES:
            known = " or ".join(_MACHINES)
            raise ValueError(f"expected a machine {known}, received {self.machine!r}")

    @property
    def wheel_machine(self) -> str:
        """Return the machine as wheels and markers call it."""
        return _MACHINES[self.machine]

    @property
    def wheel_platforms(self) -> list[str]:
        """Return the platform tags of wheels that fit, the newest first."""
        tags = []
        for minor in range(self.glibc, _OLDEST_GLIBC_MINOR[self.machine] - 1, -1):
            names = [f"manylinux_2_{minor}", *([_OLD_NAMES[minor]] if minor in _OLD_NAMES else [])]
            tags += [f"{name}_{self.wheel_machine}" for name in names]
        return [*tags, f"linux_{self.wheel_machine}"]
