"""`facewright score serve`: a scoring script as a server."""

from pathlib import Path
from typing import Annotated

import typer

from facewright.cli.console import Console


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
) -> None:
    """Serve a scoring script: POST /score, GET /, /swagger.json."""
    from facewright.serving.server import serve as run

    console = Console()
    run(
        script,
        host=host,
        port=port,
        schema=schema or _default_schema(script),
        name=script.resolve().parent.name,
        ready=lambda address: console.result(f"Serving on {address}/score"),
    )


def _default_schema(script: Path) -> Path | None:
    schema = script.resolve().parent / "outputs" / "schema.json"
    return schema if schema.is_file() else None
