"""Log a metric for each step, and write a file: put your own work in place of the loop.

    facewright experiment submit -c local train.py --steps 20

Outside a run the metrics go nowhere, and the script works all the same.
"""

import argparse
from pathlib import Path

from facewright.runs import log


def main() -> None:
    parser = argparse.ArgumentParser(description="Log a metric for each step.")
    parser.add_argument("--steps", type=int, default=10, help="how many")
    arguments = parser.parse_args()
    losses = [1 / step for step in range(1, arguments.steps + 1)]
    log("loss", losses)
    log("best loss", min(losses))
    Path("outputs").mkdir(exist_ok=True)
    Path("outputs/best.txt").write_text(f"{min(losses)}\n", encoding="utf-8")
    print(f"best loss {min(losses):.3f}, written to outputs/best.txt")


if __name__ == "__main__":
    main()
