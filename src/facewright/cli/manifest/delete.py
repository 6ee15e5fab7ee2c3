"""`facewright manifest delete`."""

from facewright.cli.console import Console
from facewright.cli.manifest.look import ManifestOption
from facewright.cli.manifest_options import opened_manifests


def delete(manifest: ManifestOption) -> None:
    """Delete a manifest that no image was made from; models stay."""
    with opened_manifests() as manifests:
        gone = manifests.delete(manifest)
    Console().result(f"Deleted the manifest {gone.name} {gone.version} ({gone.id})")
