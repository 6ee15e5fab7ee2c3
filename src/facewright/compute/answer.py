"""What an agent answers, told apart from what a login shell prints before it."""

from typing import Any

from facewright.compute.agent.frames import Stream, read_line
from facewright.compute.agent.program import BANNER
from facewright.compute.target import Hear
from facewright.errors import DependenciesError, FacewrightError, TargetError

_LONGEST_LINE = 1 << 16
_MOST_CHATTER = 1000
_ERRORS = {each.code: each for each in (DependenciesError, TargetError)}


class NoAgent(Exception):
    """Raised when a command ended without the agent's banner."""


def read_answer(stream: Stream, hear: Hear) -> Any:
    """Return an agent's result; what follows it is left in the stream.

    Args:
        stream: Stdout of the agent.
        hear: Hears what the agent says meanwhile.

    Raises:
        NoAgent: Nothing in the stream comes from an agent.
        TargetUnreachable: The stream broke off.
        TargetError: The agent could not do it; or `DependenciesError`.
    """
    _skip_chatter(stream)
    while True:
        line = read_line(stream)
        if "say" in line:
            hear(str(line["say"]))
        elif "error" in line:
            raise _error(line["error"])
        else:
            return line.get("done")


def _skip_chatter(stream: Stream) -> None:
    for _ in range(_MOST_CHATTER):
        line = stream.readline(_LONGEST_LINE)
        if line == BANNER:
            return
        if not line:
            break
    raise NoAgent


def _error(said: Any) -> FacewrightError:
    said = said if isinstance(said, dict) else {}
    kind = _ERRORS.get(str(said.get("code")), TargetError)
    hint = said.get("hint")
    return kind(str(said.get("message")), hint=None if hint is None else str(hint))
