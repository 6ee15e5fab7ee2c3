"""What a server and all its processes take."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

_END_SECONDS = 20.0


@dataclass(frozen=True)
class Tree:
    """A process and those it started.

    Attributes:
        pid: The first one.
    """

    pid: int

    def cpu_seconds(self) -> float:
        """Return the processor time they have used."""
        # Each with the ones it started that have ended, so that the sum never falls.
        return float(sum(sum(each.cpu_times()[:4]) for each in self._alive()))

    def peak_mb(self) -> float:
        """Return the sum of the most memory each has held; pages they share count for each."""
        return sum(self._peaks().values()) / 1e6

    def resident(self) -> dict[int, int]:
        """Return the bytes each holds now, by process id."""
        return {each.pid: each.memory_info().rss for each in self._alive()}

    def end(self) -> None:
        """End them all."""
        everyone = list(self._alive())
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(self.pid).terminate()
        _, left = psutil.wait_procs(everyone, _END_SECONDS)
        for each in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()

    def _peaks(self) -> dict[int, int]:
        found = {}
        for each in self._alive():
            with open(f"/proc/{each.pid}/status", encoding="ascii") as lines:  # noqa: PTH123
                peaks = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
            found[each.pid] = int(peaks[0]) * 1024 if peaks else 0
        return found

    def _alive(self) -> Iterator[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.pid)
            yield first
            yield from first.children(recursive=True)
