"""How long each stage of an answer took."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Stage = Literal["decode", "detect", "align", "embed", "classify"]

STAGES: tuple[Stage, ...] = ("decode", "detect", "align", "embed", "classify")


@dataclass(frozen=True)
class Timings:
    """Seconds for each stage; a stage that was not needed is absent.

    Attributes:
        seconds: By stage, in their order. A batch's embedding counts whole for each of its
            photos: it is the time that each waited for it.
    """

    seconds: Mapping[Stage, float] = field(default_factory=lambda: MappingProxyType({}))

    def plus(self, stage: Stage, seconds: float) -> "Timings":
        """Return these with another stage's time."""
        return Timings({**self.seconds, stage: seconds})


class Stopwatch:
    """Measures stages one after the other."""

    def __init__(self) -> None:
        self.timings = Timings()
        self._last = time.perf_counter()

    def lap(self, stage: Stage) -> None:
        """End a stage; the next one begins."""
        now = time.perf_counter()
        self.timings = self.timings.plus(stage, now - self._last)
        self._last = now
