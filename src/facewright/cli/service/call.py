"""`facewright service usage` and `run`."""

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from facewright.cli.console import Console
from facewright.cli.service.opening import opened_services
from facewright.cli.service.options import IdOption
from facewright.errors import FacewrightError, ServiceError

if TYPE_CHECKING:
    from facewright.management.services.calls import ServiceAddress


def usage(id: IdOption) -> None:
    """Show how a service is called, with lines that work when they are pasted."""
    from facewright.management.services.calls import PLACEHOLDER, sample_of

    with opened_services() as services:
        address = services.address(id)
    try:
        data = sample_of(address) or PLACEHOLDER
    except FacewrightError as error:
        Console().say(f"No sample data: {error.message}")
        data = PLACEHOLDER
    for heading, lines in _blocks(id, address, data):
        Console().result(heading)
        for line in lines:
            Console().result(f"    {line}")


def run(
    id: IdOption,
    data: Annotated[
        str | None, typer.Option("-d", metavar="DATA", help="JSON; a sample when left out.")
    ] = None,
) -> None:
    """Call a service and print its answer."""
    from facewright.cli.plain import json_text, plain
    from facewright.management.services.calls import run as call
    from facewright.management.services.calls import sample_of

    with opened_services() as services:
        address = services.address(id)
    if data is None:
        Console().say("No input data specified. Checking for sample data.")
        data = sample_of(address)
        if data is None:
            raise ServiceError(
                f"the service {id} has no sample data", hint="give some with -d '{…}'"
            )
        Console().say(f"Using sample data: {data}")
    Console().result(json_text(plain(call(address, data))))


def _blocks(id: str, address: "ServiceAddress", data: str) -> list[tuple[str, list[str]]]:
    headers = [f"{name}: {value}" for name, value in address.headers.items()]
    flags = [word for header in headers for word in ("-H", header)]
    score = f"{address.base}/score"
    curl = ["curl", "-X", "POST", *flags, "--data", data, score]
    return [
        ("Scoring URL:", [score]),
        ("Headers:", [*headers, *_about_keys(id, address)]),
        ("Swagger URL:", [f"{address.base}/swagger.json"]),
        (
            "Sample CLI command:",
            [shlex.join(["facewright", "service", "run", "realtime", "-i", id, "-d", data])],
        ),
        ("Sample CURL call:", [shlex.join(curl)]),
        ("Get debug logs by calling:", [f"facewright service logs realtime -i {id}"]),
    ]


def _about_keys(id: str, address: "ServiceAddress") -> list[str]:
    if address.key is None:
        return []
    return [f"(<key> can be found by running 'facewright service keys realtime -i {id}')"]
