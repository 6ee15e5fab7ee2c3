"""Programs that end when their supervisor does."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Let this process be killed when its parent ends, however that ended.

    A supervisor that was killed would otherwise leave programs that hold their ports and that
    nobody keeps. On Linux alone (prctl(2), PR_SET_PDEATHSIG); elsewhere nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the supervisor ended")
