"""An image with extra steps, which a container engine runs."""

import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

from facewright.containers.oci.archive import read_archive
from facewright.containers.oci.descriptor import Descriptor, Platform
from facewright.containers.oci.docker_archive import write_docker_archive
from facewright.containers.oci.layout import Layout
from facewright.containers.oci.referrers import attach, attached
from facewright.errors import MissingLibrary
from facewright.management.images.parts import Hear
from facewright.management.images.program import USER
from facewright.management.images.sbom import SBOM


def with_steps(
    layout: Layout, image: Descriptor, platform: Platform, steps: Sequence[str], hear: Hear
) -> Descriptor:
    """Return an image with the steps run on top; its digest is another each time.

    The bill of materials is that of what was below: what steps install is not looked into.

    Raises:
        EngineUnreachable: No engine answers.
        EngineError: A step fails.
        MissingLibrary: What speaks to engines is not installed.
    """
    try:
        from facewright.containers.docker_steps import run_steps
    except ImportError as error:
        raise MissingLibrary(
            f"extra steps need the library {error.name}, which is not installed",
            hint="run `pip install 'facewright[docker]'`",
        ) from error
    name = f"facewright-below:{secrets.token_hex(8)}"  # two builds must not meet
    with tempfile.TemporaryDirectory(dir=layout.folder, prefix=".steps-") as folder:
        before, after = Path(folder, "before.tar"), Path(folder, "after.tar")
        write_docker_archive(layout, layout.image(image, platform), name, before)
        run_steps(before, name, steps, USER, after, hear)
        made = read_archive(after, layout)
    found = layout.image(made, platform)
    about = attached(layout, image, SBOM)
    if about is not None:
        attach(layout, found.manifest, SBOM, about)
    return found.manifest
