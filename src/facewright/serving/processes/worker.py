"""One worker of a server: ``python -m facewright.serving.processes.worker <descriptor>``.

Its specification comes as JSON on stdin; the descriptor is its socket to the supervisor, to which
it says ``ready``, or ``failed`` with the reason in JSON.
"""

import contextlib
import gc
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from starlette.types import ASGIApp

from facewright.errors import FacewrightError
from facewright.gallery.place import people_in_database
from facewright.recognizer.threads import threads_for_networks
from facewright.scoring import Schema, Script, load_schema, load_script
from facewright.serving import logs
from facewright.serving.access import KeyRing
from facewright.serving.app import Surroundings, create_app
from facewright.serving.collector import Collector
from facewright.serving.compute import Compute
from facewright.serving.metrics import Metrics
from facewright.serving.processes.http_server import HandedServer
from facewright.serving.processes.specification import THREADS, Specification

logger = logging.getLogger(__name__)

STUCK = 70
"""Exit code of a worker whose compute thread did not come back."""


class Draining:
    """Whether the server was told to stop."""

    def __init__(self) -> None:
        self._told = False

    def begin(self) -> None:
        """Hear that the server was told to stop."""
        self._told = True

    def __call__(self) -> bool:
        """Return whether it was."""
        return self._told


def main() -> None:
    """Be a worker until the supervisor says otherwise, or is gone."""
    # Ctrl+C and a service manager signal every process of a group; the supervisor decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    specification = Specification.from_json(sys.stdin.buffer.read())
    with contextlib.redirect_stdout(logs.PrintedLines()):
        logs.configure(access=specification.access_log)
        try:
            _serve(specification, control)
        except FacewrightError as error:
            _fail(control, error)


def _serve(specification: Specification, control: socket.socket) -> None:
    draining = Draining()
    with people_in_database(specification.gallery_url):
        script, schema = _load(specification.script, specification.schema)
    surroundings = _surroundings(specification, draining)
    app = create_app(
        script,
        schema,
        name=specification.name,
        limits=specification.limits,
        surroundings=surroundings,
    )
    _settle_memory()
    HandedServer(
        _traced(app, specification),
        specification.limits,
        control,
        drain=draining.begin,
        check=_watching(app.state.compute, specification.limits.stuck_seconds),
        tls=_tls(specification),
    ).run()
    if surroundings.collector is not None:
        surroundings.collector.close()


def _settle_memory() -> None:
    """Keep what is loaded out of later collections: a full one stops all requests for 40 ms."""
    gc.collect()
    gc.freeze()


def _surroundings(specification: Specification, draining: Draining) -> Surroundings:
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    collection = specification.collection
    return Surroundings(
        ring=KeyRing(specification.keys) if specification.keys else None,
        metrics=Metrics(Path(folder) if folder else None),
        collector=Collector(collection, specification.name) if collection else None,
        cors_origins=specification.cors_origins,
        metrics_here=specification.metrics_port is None,
        draining=draining,
        prefix=specification.prefix,
    )


def _load(script_path: Path, schema: Path | None) -> tuple[Script, Schema | None]:
    try:
        declared = load_schema(schema) if schema else None
        script = load_script(script_path)
        # For the life of the process, since run() may open files too.
        os.chdir(script.path.parent)
        with threads_for_networks(int(os.environ.get(THREADS, "1"))):
            script.init()
    except Exception as error:
        # What is wrong with the command line needs no traceback, what the script did does.
        if error.__cause__ is not None or not isinstance(error, FacewrightError):
            logger.exception("the service did not start")
        raise
    return script, declared


def _watching(compute: Compute, seconds: float) -> Callable[[], None]:
    """Return a check that ends a worker whose ``run`` does not come back: a thread cannot be."""

    def check() -> None:
        if compute.busy_seconds > seconds:
            logger.critical("run() has not come back for %g s; this worker is replaced", seconds)
            os._exit(STUCK)

    return check


def _traced(app: ASGIApp, specification: Specification) -> ASGIApp:
    if specification.tracing:
        from facewright.serving.tracing import trace

        return trace(app, specification.name)
    return app


def _tls(specification: Specification) -> tuple[Path, Path] | None:
    if specification.tls_cert is None or specification.tls_key is None:
        return None
    return specification.tls_cert, specification.tls_key


def _fail(control: socket.socket, error: FacewrightError) -> None:
    document = {"code": error.code, "message": error.message, "hint": error.hint}
    with contextlib.suppress(OSError):
        control.sendall(b"failed " + json.dumps(document).encode() + b"\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
