"""`facewright score serve`: a scoring script as a server."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.console import Console

if TYPE_CHECKING:
    from facewright.serving.collector import Collection

_NETWORK, _LOAD, _OBSERVE = "Who may use it", "How much it takes on", "What it tells and keeps"


def _prefix(value: str) -> str:
    if value and not re.fullmatch(r"(/[\w.~-]+)+/?", value, re.ASCII):
        raise typer.BadParameter(f"expected a path such as /api/v1/service/doors, received {value}")
    return value.rstrip("/")


def serve(
    script: Annotated[Path, typer.Argument(metavar="SCORE.PY", help="Has init() and run().")],
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    host: Annotated[
        str, typer.Option(help="Address to listen on; this machine only by default.")
    ] = "127.0.0.1",
    schema: Annotated[
        Path | None,
        typer.Option(help="Schema file; outputs/schema.json beside the script when left out."),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the service; the script's folder when left out.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes that answer; 0 for one per core.")
    ] = 0,
    gallery_url: Annotated[
        str | None,
        typer.Option(
            envvar="FACEWRIGHT_GALLERY_URL",
            show_envvar=True,
            metavar="URL",
            help="Database of the enrolled people; beside the model file when left out.",
        ),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(help="File of keys, from `facewright score keys`.", rich_help_panel=_NETWORK),
    ] = None,
    insecure_no_keys: Annotated[
        bool,
        typer.Option(
            "--insecure-no-keys",
            help="Listen beyond this machine without keys.",
            rich_help_panel=_NETWORK,
        ),
    ] = False,
    tls_cert: Annotated[
        Path | None, typer.Option(help="Certificate chain, PEM.", rich_help_panel=_NETWORK)
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(help="Its private key, PEM.", rich_help_panel=_NETWORK)
    ] = None,
    cors_origin: Annotated[
        list[str] | None,
        typer.Option(
            help="Let web pages of this origin call it; may be repeated.", rich_help_panel=_NETWORK
        ),
    ] = None,
    path_prefix: Annotated[
        str,
        typer.Option(
            envvar="SERVICE_PATH_PREFIX",
            callback=_prefix,
            help="What may stand before /score in its address, such as /api/v1/service/doors.",
            rich_help_panel=_NETWORK,
        ),
    ] = "",
    queue: Annotated[
        int,
        typer.Option(min=1, help="Requests that may wait in each worker.", rich_help_panel=_LOAD),
    ] = 64,
    deadline: Annotated[
        float,
        typer.Option(
            min=0.01, help="Seconds an answer may take, waiting included.", rich_help_panel=_LOAD
        ),
    ] = 60.0,
    batch_wait: Annotated[
        float,
        typer.Option(
            min=0, help="Seconds a batch may wait to fill; 0 never waits.", rich_help_panel=_LOAD
        ),
    ] = 0.0,
    max_body_mb: Annotated[
        float, typer.Option(min=0.001, help="Largest body, in MB.", rich_help_panel=_LOAD)
    ] = 28.0,
    max_photos: Annotated[
        int, typer.Option(min=1, help="Most photos in a request.", rich_help_panel=_LOAD)
    ] = 16,
    drain: Annotated[
        float,
        typer.Option(
            min=0, help="Seconds it still accepts once told to stop.", rich_help_panel=_LOAD
        ),
    ] = 1.0,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            help="Port for /metrics alone; beside /score when left out.", rich_help_panel=_OBSERVE
        ),
    ] = None,
    access_log: Annotated[
        bool, typer.Option(help="Log every request.", rich_help_panel=_OBSERVE)
    ] = True,
    collect_model_data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Keep answers below this folder.", rich_help_panel=_OBSERVE
        ),
    ] = None,
    collect_chips: Annotated[
        bool,
        typer.Option("--collect-chips", help="Keep the faces as well.", rich_help_panel=_OBSERVE),
    ] = False,
    retention_days: Annotated[
        int,
        typer.Option(min=1, help="Days that answers are kept.", rich_help_panel=_OBSERVE),
    ] = 30,
) -> None:
    """Serve a scoring script: POST /score, GET /, /swagger.json, /openapi.json, /metrics."""
    from facewright.gallery.place import in_gallery
    from facewright.serving.limits import Limits
    from facewright.serving.server import serve as run

    console = Console()
    known_as = name or script.resolve().parent.name
    run(
        script,
        host=host,
        port=port,
        schema=schema or _default_schema(script),
        name=known_as,
        workers=workers,
        limits=Limits(
            body_bytes=round(max_body_mb * 1_000_000),
            photos=max_photos,
            waiting=queue,
            deadline_seconds=deadline,
            batch_wait_seconds=batch_wait,
            drain_seconds=drain,
        ),
        gallery_url=in_gallery(gallery_url, known_as) if gallery_url else None,
        keys=keys,
        open_to_all=insecure_no_keys,
        tls_cert=tls_cert,
        tls_key=tls_key,
        cors_origins=tuple(cors_origin or ()),
        prefix=path_prefix,
        metrics_port=metrics_port,
        access_log=access_log,
        collection=_collection(collect_model_data, collect_chips, retention_days),
        # OpenTelemetry's own switch, which its SDK reads too.
        tracing=bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")),
        ready=lambda address: console.result(f"Serving on {address}/score"),
    )


def _default_schema(script: Path) -> Path | None:
    schema = script.resolve().parent / "outputs" / "schema.json"
    return schema if schema.is_file() else None


def _collection(folder: Path | None, chips: bool, days: int) -> "Collection | None":
    from facewright.serving.collector import Collection

    if folder is None:
        if chips:
            raise typer.BadParameter("--collect-chips needs --collect-model-data DIR")
        return None
    return Collection(folder, days, chips)
