"""Run pip as if for another machine: ``python pip_elsewhere.py MARKERS ARGUMENTS…``.

pip's own options choose wheels for another Python and platform, but it judges conditions such as
``; python_version < "3.10"`` or ``; platform_machine == "aarch64"`` by the Python it runs in, and
would leave out or bring in the wrong packages. This file says in one place what they are instead.
It runs as a script of its own, in a process of its own, and knows nothing of Facewright.
"""

import json
import sys


def main(arguments: list[str]) -> int:
    """Run pip with `arguments[1:]` and the markers of the JSON object `arguments[0]`."""
    from pip._internal.cli.main import main as pip
    from pip._vendor.packaging import markers

    here = markers.default_environment()
    elsewhere = {**here, **json.loads(arguments[0])}
    markers.default_environment = lambda: dict(elsewhere)  # type: ignore[assignment, return-value]
    return pip(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
