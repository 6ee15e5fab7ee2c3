"""Images: built from manifests without a container engine, kept in a layout, moved, deleted."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from facewright.containers.oci.build import write_index
from facewright.containers.oci.descriptor import Descriptor, Platform
from facewright.containers.oci.holding import collect, holding, needed
from facewright.containers.oci.layout import Image, Layout
from facewright.containers.oci.reference import Reference
from facewright.containers.oci.referrers import attached, referrers_name
from facewright.database.database import Database
from facewright.database.tables.management import ImageRow
from facewright.errors import ImageError
from facewright.management.images.bases import Bases
from facewright.management.images.build import Builder, Built, How
from facewright.management.images.export import export_for_docker, export_layout
from facewright.management.images.order import (
    HERE,
    ImageOrder,
    checked_platforms,
    checked_steps,
)
from facewright.management.images.parts import Hear, Parts, find_parts
from facewright.management.images.push import Moved, push_image
from facewright.management.images.records import SUCCEEDED, ImageRecords
from facewright.management.images.sbom import SBOM
from facewright.management.images.stepped import with_steps
from facewright.management.images.wheels import Wheels
from facewright.management.lineage import Lineage, lineage_of
from facewright.management.models.models import Models
from facewright.management.names import checked_name, checked_text
from facewright.management.records import ImageRecord


class Images:
    """The images of a database and their layout.

    Args:
        database: Where they are remembered.
        models: Files of models and manifests.
        data: The data folder; the layout is `images` in it.
        wheels: Cache for wheels that are looked up; in the data folder when None.
    """

    def __init__(
        self, database: Database, models: Models, data: Path, wheels: Path | None = None
    ) -> None:
        self._database = database
        self._models = models
        self.layout = Layout(data / "images")
        self.records = ImageRecords(database, self.layout.folder / "building")
        found = Wheels(database, models.files, wheels or data / "wheels")
        self._bases = Bases(self.layout)
        self._builder = Builder(self.layout, found, self.layout.folder / "made")

    def create(self, order: ImageOrder, hear: Hear = lambda line: None) -> ImageRecord:
        """Build an image; the same order makes the same digest.

        Args:
            order: What to build.
            hear: Hears what is being done.

        Raises:
            NotFound: There is no such manifest.
            ManagementError: The name cannot be one, or a file is missing or damaged.
            ImageError: The base or the platform cannot be used, or there is no room.
            DependenciesError: A wheel is missing.
        """
        platforms = checked_platforms(order)
        steps = checked_steps(order, platforms)
        parts = find_parts(
            self._database,
            self._models,
            order.manifest_id,
            checked_name(order.name, "image"),
            checked_text(order.description),
        )
        collect(self.layout)  # what a process that was killed left half-written
        row = ImageRow(
            name=parts.name,
            manifest_id=parts.manifest.id,
            description=parts.description,
            size=0,
            platforms=list(map(str, platforms)),
            base={"name": order.base, "digest": None},
        )
        with self.records.building(row) as image, holding(self.layout):
            return self._build(image, parts, order, platforms, steps, hear)

    def _build(
        self,
        image: ImageRecord,
        parts: Parts,
        order: ImageOrder,
        platforms: Sequence[Platform],
        steps: Sequence[str],
        hear: Hear,
    ) -> ImageRecord:
        built: list[Built] = []
        bases: dict[str, str] = {}
        how = How(order.python, order.compiled)
        try:
            for platform in platforms:
                base = None
                if order.base is not None:
                    base = self._bases.get(order.base, platform, order.newest_base, hear)
                    bases[str(platform)] = base.manifest.digest
                built.append(self._builder.build(parts, platform, base, how, hear))
                if steps:
                    built[-1] = self._stepped(built[-1], platform, steps, hear)
        except OSError as error:
            raise ImageError(
                f"the image cannot be written: {error.strerror or error}",
                hint=f"make room in {self.layout.folder}, then repeat the command",
            ) from error
        whole = built[0].manifest
        if len(built) > 1:
            whole = write_index(self.layout, [each.manifest for each in built])
        self.layout.name(whole, name_of(image))
        return self.records.change(
            image.id,
            state=SUCCEEDED,
            digest=whole.digest,
            size=sum(each.size for each in built),
            base={"name": order.base, "digest": next(iter(bases.values()), None), "digests": bases},
        )

    def _stepped(self, built: Built, platform: Platform, steps: Sequence[str], hear: Hear) -> Built:
        try:
            manifest = with_steps(self.layout, built.manifest, platform, steps, hear)
        finally:
            self._forget_documents([built.manifest])
        layers = self.layout.image(manifest, platform).layers
        return Built(manifest, sum(layer.size for layer in layers))

    def _forget_documents(self, manifests: Sequence[Descriptor]) -> None:
        kept = needed(self.layout)  # an equal image of another name may have them, too
        for manifest in manifests:
            if manifest.digest not in kept:
                self.layout.forget(referrers_name(manifest))

    def show(self, image_id: str) -> ImageRecord:
        """Return an image.

        Raises:
            NotFound: There is none.
        """
        return self.records.get(image_id)

    def list(self) -> "list[ImageRecord]":
        """Return all images by name and version."""
        return self.records.list()

    def delete(self, image_id: str) -> int:
        """Delete an image, and the blobs that no other image needs.

        Returns:
            Bytes that became free.

        Raises:
            NotFound: There is none.
            InUse: A service runs it, or may go back to it, or it is being built.
        """
        image = self.records.delete(image_id)
        self.layout.forget(name_of(image))
        self._forget_documents([found.manifest for found in self._images_in(image)])
        self._bases.forget_unused(self.list())
        return collect(self.layout)

    def contents(self, image_id: str, platform: str | None = None) -> Image:
        """Return what an image holds for a platform.

        Args:
            image_id: The image.
            platform: Such as ``linux/arm64``; None for this machine's, or the only one.

        Raises:
            NotFound: There is no such image.
            ImageError: It was not built, or not for the platform.
        """
        image = self.show(image_id)
        wanted = platform or (HERE if HERE in image.platforms else image.platforms[0])
        return self.layout.image(self.descriptor(image), Platform.parse(wanted))

    def descriptor(self, image: ImageRecord) -> Descriptor:
        """Return what points to an image in the layout.

        Raises:
            ImageError: It was not built, or the layout does not have it.
        """
        found = self.layout.names().get(name_of(image))
        if found is None or found.digest != image.digest:
            why = image.error or ("it is being built" if image.digest is None else "it is gone")
            raise ImageError(
                f"the image {image.name} {image.version} cannot be used: {why}",
                hint="create it again with `facewright image create`",
            )
        return found

    def bill_of_materials(self, image: Image) -> dict[str, Any]:
        """Return the list of what is inside an image of one platform, as CycloneDX.

        Raises:
            ImageError: It has none, or it is damaged.
        """
        data = attached(self.layout, image.manifest, SBOM)
        if data is None:
            raise ImageError(f"the image has no bill of materials: {image.manifest.digest}")
        found: dict[str, Any] = json.loads(data)
        return found

    def document(self, image: Image) -> str | None:
        """Return what kind of bill of materials an image of one platform has, or None."""
        return SBOM if attached(self.layout, image.manifest, SBOM) else None

    def lineage(self, image_id: str) -> Lineage:
        """Return where an image comes from and what uses it.

        Raises:
            NotFound: There is none of that id.
        """
        return lineage_of(self._database, "image", image_id)

    def export(self, image_id: str, place: Path, kind: str, platform: str | None = None) -> str:
        """Write an image elsewhere.

        Args:
            image_id: The image.
            place: A folder, or a file whose name ends with ``.tar``.
            kind: ``oci`` or ``docker``.
            platform: For ``docker``: of which platform.

        Returns:
            The name it has there.

        Raises:
            NotFound: There is no such image.
            ImageError: It was not built, or the place cannot be used.
        """
        image = self.show(image_id)
        with holding(self.layout):
            if kind == "docker":
                contents = self.contents(image_id, platform)
                return export_for_docker(self.layout, image, contents, place)
            return export_layout(self.layout, image, self.descriptor(image), place)

    def push(self, image_id: str, to: str, compression: str, plain_http: bool, hear: Moved) -> str:
        """Send an image to a registry and remember where.

        Args:
            image_id: The image.
            to: As ``registry.example:5000/doors:1``.
            compression: ``none``, ``gzip`` or ``zstd``.
            plain_http: Whether to speak HTTP without TLS.
            hear: Hears progress.

        Returns:
            The digest that it has there.

        Raises:
            NotFound: There is no such image.
            ImageError: It was not built, or the registry does not take it.
        """
        image = self.show(image_id)
        reference = Reference.parse(to)
        with holding(self.layout):
            digest = push_image(
                self.layout,
                self.descriptor(image),
                reference,
                compression=compression,
                plain_http=plain_http,
                hear=hear,
            )
        self.records.change(image.id, location=str(reference))
        return digest

    def _images_in(self, image: ImageRecord) -> Sequence[Image]:
        if image.digest is None or not self.layout.blobs.has(image.digest):
            return []
        wanted = map(Platform.parse, image.platforms)
        data = self.layout.blobs.read(image.digest)
        media_type = str(json.loads(data)["mediaType"])
        descriptor = Descriptor(media_type, image.digest, len(data))
        return [self.layout.image(descriptor, platform) for platform in wanted]


def name_of(image: ImageRecord) -> str:
    """Return how the layout calls an image: ``doors:3``."""
    return f"{image.name}:{image.version}"
