"""`facewright service`: images that run, at an address that stays."""

from collections.abc import Callable

import typer

from facewright.cli.service.call import run, usage
from facewright.cli.service.change import abort, delete, promote, rollback, scale, update
from facewright.cli.service.cluster import apply, diff, export
from facewright.cli.service.create import create
from facewright.cli.service.keys import keys
from facewright.cli.service.logs import logs
from facewright.cli.service.look import list_, show

app = typer.Typer(no_args_is_help=True)

_VERBS: dict[str, tuple[Callable[..., None], str]] = {
    "create": (create, "Make a service."),
    "list": (list_, "Show all services."),
    "show": (show, "Show a service."),
    "usage": (usage, "Show how a service is called."),
    "run": (run, "Call a service."),
    "logs": (logs, "Show what a service said."),
    "update": (update, "Change a service at its address."),
    "rollback": (rollback, "Return to the image before."),
    "promote": (promote, "Let the image that is tried take over."),
    "abort": (abort, "End trying an image."),
    "scale": (scale, "Change the number of replicas."),
    "diff": (diff, "Show drift in a cluster."),
    "apply": (apply, "Repair drift in a cluster."),
    "export": (export, "Write manifests for other tools."),
    "keys": (keys, "Show or replace keys."),
    "delete": (delete, "End a service."),
}
for _verb, (_command, _help) in _VERBS.items():
    _group = typer.Typer(no_args_is_help=True, help=_help)
    _group.callback()(lambda: None)  # so that the one command keeps its name
    _group.command("realtime")(_command)
    app.add_typer(_group, name=_verb)
