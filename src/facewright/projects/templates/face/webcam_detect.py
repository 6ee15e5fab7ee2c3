"""Name the faces in front of a camera, through a service.

    python webcam_detect.py --url http://localhost:8000/score [--source 0|FILE]

Every half second the newest frame is sent; boxes and names are drawn. Escape quits. Without a
screen, or with a headless OpenCV, the names are printed instead; `--save DIR` keeps the frames.
"""

import argparse
import sys
from pathlib import Path

from facewright.client import Client
from facewright.errors import FacewrightError
from facewright.webcam import watch


def main() -> int:
    parser = argparse.ArgumentParser(description="Name the faces in front of a camera.")
    parser.add_argument("-u", "--url", default="http://localhost:8000/score", help="the service")
    parser.add_argument("-k", "--key", help="primary or secondary key of a cluster service")
    parser.add_argument("--source", default="0", help="number of a camera, or a video file")
    parser.add_argument("--save", type=Path, help="folder for the frames with boxes and names")
    arguments = parser.parse_args()
    try:
        with Client(arguments.url, arguments.key) as client:
            watch(arguments.source, client, save=arguments.save)
    except FacewrightError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
