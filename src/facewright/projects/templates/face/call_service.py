"""Ask a service who is in a photo; the last line printed is the name.

python call_service.py --url http://localhost:8000/score --path photo.jpg
"""

import argparse
import sys
from pathlib import Path

from facewright.client import Client
from facewright.errors import FacewrightError


def main() -> int:
    parser = argparse.ArgumentParser(description="Ask a service who is in a photo.")
    parser.add_argument("-u", "--url", default="http://localhost/score", help="the service")
    parser.add_argument("-p", "--path", type=Path, required=True, help="the photo")
    parser.add_argument("-k", "--key", help="primary or secondary key of a cluster service")
    arguments = parser.parse_args()
    try:
        with Client(arguments.url, arguments.key) as client:
            answer = client.recognize(arguments.path)
    except FacewrightError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return 1
    if answer.probability is not None:
        print(f"probability {answer.probability:.3f}, faces {len(answer.faces)}")
    print(answer.name or answer.index)
    return 0


if __name__ == "__main__":
    sys.exit(main())
