"""`facewright computetarget`: places where scripts can run."""

import typer

from facewright.cli.computetarget.attach import cluster, docker, local
from facewright.cli.computetarget.attach_ray import ray
from facewright.cli.computetarget.attach_remote import remote, remotedocker
from facewright.cli.computetarget.detach import detach
from facewright.cli.computetarget.look import list_, show
from facewright.cli.computetarget.password import PromptingCommand

attach = typer.Typer(no_args_is_help=True, help="Add a compute target to the project.")
attach.command("local")(local)
attach.command("docker")(docker)
attach.command("ray")(ray)
attach.command("remote", cls=PromptingCommand)(remote)
attach.command("remotedocker", cls=PromptingCommand)(remotedocker)
# Any flag of the original may follow; none counts.
attach.command(
    "cluster",
    hidden=True,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(cluster)

app = typer.Typer(no_args_is_help=True)
app.add_typer(attach, name="attach")
app.command("list")(list_)
app.command("show")(show)
app.command("detach")(detach)
app.command("delete", hidden=True)(detach)
