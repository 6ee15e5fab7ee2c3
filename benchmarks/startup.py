"""Measure how long the command line takes to start, in processor time.

Run ``python benchmarks/startup.py``. The peer is `mlflow --help` of the same environment; all take
turns, so that the ratio holds on a machine that is busy with other things.
"""

import resource
import subprocess
import sys

GOAL_SECONDS = 0.4
_ROUNDS = 5
_COMMANDS = {
    "import facewright": [sys.executable, "-c", "import facewright"],
    "facewright --help": [sys.executable, "-m", "facewright", "--help"],
    "facewright model list --help": [
        sys.executable,
        "-m",
        "facewright",
        *["model", "list", "--help"],
    ],
    "mlflow --help (the peer)": [sys.executable, "-m", "mlflow", "--help"],
}


def main() -> None:
    """Measure and print a table; the least of the rounds counts."""
    rounds = [
        {name: _seconds(command) for name, command in _COMMANDS.items()} for _ in range(_ROUNDS)
    ]
    least = {name: min(each[name] for each in rounds) for name in _COMMANDS}
    *ours, peer = least
    for name in least:
        print(
            f"{name:30} {least[name]:5.2f} s  {least[peer] / least[name]:4.1f}× as fast as the peer"
        )
    verdict = "met" if max(least[name] for name in ours) < GOAL_SECONDS else "missed"
    print(f"goal of less than {GOAL_SECONDS} s: {verdict}")


def _seconds(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
