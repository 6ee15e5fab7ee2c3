"""`facewright service logs`."""

from typing import Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.service.opening import opened_services
from facewright.cli.service.options import IdOption


def logs(
    id: IdOption,
    request_id: Annotated[
        str | None, typer.Option("--request-id", "-r", metavar="ID", help="Of one request only.")
    ] = None,
    max_lines: Annotated[
        int, typer.Option("--max-lines", "-l", min=1, help="The last ones, at most so many.")
    ] = 5000,
    kubeconfig: Annotated[
        str | None, typer.Option("--kubeconfig", "-k", help="Of no effect on this machine.")
    ] = None,
) -> None:
    """Show what a service said: time, level, request and message of each line."""
    from facewright.cli.plain import visible
    from facewright.management.services.logs import read_log

    del kubeconfig
    with opened_services() as services:
        lines = read_log(services.logs(services.show(id)), request_id, max_lines)
    console = Console()
    for line in lines:
        console.result(visible(str(line)))
    console.result(f"Received {len(lines)} lines of log")
