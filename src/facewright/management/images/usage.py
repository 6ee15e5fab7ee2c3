"""What to type to use an image: lines that work when they are pasted."""

import shlex
from collections.abc import Sequence

from facewright.containers.oci.layout import Image
from facewright.management.images.names import docker_name
from facewright.management.images.order import slim_python
from facewright.management.images.program import PORT
from facewright.management.manifests.dependencies import running_python
from facewright.management.records import ImageRecord


def usage_lines(image: ImageRecord, contents: Image) -> list[str]:
    """Return what to type.

    Args:
        image: The image.
        contents: What it holds, for one platform.
    """
    lines = [
        "To create a service of it:",
        f"  facewright service create realtime --image-id {image.id} -n NAME",
        "",
    ]
    if image.base.get("name") is None:
        python = contents.labels.get("facewright.python", running_python())
        return [
            *lines,
            "It has no base image, so that Docker cannot run it. To create one that it can run:",
            f"  facewright image create -n {shlex.quote(image.name)} --manifest-id "
            f"{image.manifest_id} --base-image {slim_python(python)}",
        ]
    if image.location:
        name = image.location
        lines += ["To run it with Docker:", f"  docker pull {name}"]
    else:
        name = docker_name(image)
        file = f"{name.replace(':', '-')}.tar"
        lines += [
            "To run it with Docker:",
            f"  facewright image export -i {image.id} -d {file} --format docker",
            f"  docker load -i {file}",
        ]
    return [*lines, f"  {_docker_run(name, contents)}", *_notes()]


def _docker_run(name: str, contents: Image) -> str:
    command: Sequence[str] = (contents.config.get("config") or {}).get("Cmd") or []
    flags = ["--rm", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"]  # noqa: S108
    publish = ["-p", f"127.0.0.1:{PORT}:{PORT}"]
    words = ["docker", "run", *flags, *publish, name, *command, "--insecure-no-keys"]
    return shlex.join(words)


def _notes() -> list[str]:
    return [
        "",
        "Published on 127.0.0.1, it answers this machine alone; for others, give it a file of keys",
        "with --keys in the place of --insecure-no-keys.",
    ]
