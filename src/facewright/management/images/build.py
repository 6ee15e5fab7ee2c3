"""Building the image of one platform: layers, configuration, and a list of what is inside."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from platform import python_version
from typing import Any

from facewright.containers.oci.base_python import base_python
from facewright.containers.oci.build import Layer, write_image
from facewright.containers.oci.descriptor import Descriptor, Platform
from facewright.containers.oci.layer import Entry
from facewright.containers.oci.layer_cache import LayerCache
from facewright.containers.oci.layout import Image, Layout
from facewright.containers.oci.referrers import attach
from facewright.containers.oci.wheel import wheel_entries
from facewright.errors import ImageError
from facewright.management.images.bytecode import can_compile, compiled
from facewright.management.images.left_out import LeftOut, left_out
from facewright.management.images.parts import Hear, Parts, PlacedFile
from facewright.management.images.program import APP, LIBRARIES, program
from facewright.management.images.sbom import SBOM, Inventory, bill_of_materials
from facewright.management.images.wheels import Wheel, Wheels, python_of
from facewright.system.digest import of_file

_FORMAT = 1
"""Of the layers: another number where the same inputs make other bytes."""
_OWN = "facewright"
_VERSION = python_version()


@dataclass(frozen=True)
class How:
    """What the parts do not say.

    Attributes:
        python: Minor version of the base's Python; None for what the base says.
        compiled: Whether compiled code goes in.
    """

    python: str | None = None
    compiled: bool = True


@dataclass(frozen=True)
class Built:
    """An image of one platform.

    Attributes:
        manifest: Points to it.
        size: Bytes of all layers.
    """

    manifest: Descriptor
    size: int


class Builder:
    """Builds images into a layout.

    Args:
        layout: Where to.
        wheels: Brings wheels.
        cache: Folder where it is remembered which layers there are.
    """

    def __init__(self, layout: Layout, wheels: Wheels, cache: Path) -> None:
        self._layout = layout
        self._wheels = wheels
        self._cache = LayerCache(layout, cache)

    def build(
        self, parts: Parts, platform: Platform, base: Image | None, how: How, hear: Hear
    ) -> Built:
        """Build the image of one platform; nothing names it yet.

        Args:
            parts: What goes in.
            platform: What it is for.
            base: What it stands on, or None.
            how: What the parts do not say.
            hear: Hears what is being done.

        Raises:
            ImageError: A part cannot be used.
            DependenciesError: A wheel is missing.
        """
        python = how.python or self._python(parts, base)
        compiler = _VERSION if how.compiled and can_compile(python) else None
        hear(f"finding the packages for Python {python} on {platform}")
        wheels = self._wheels.of(parts.manifest, platform, python, hear)
        without = left_out(parts.manifest, parts.models, parts.scripts, wheels)
        kept = [wheel for wheel in wheels if wheel.name not in without.wheels]
        hear(f"writing layers for {platform}")
        layers = self._layers(parts, kept, without, compiler)
        labels = {**parts.labels, "facewright.python": python}
        labels["facewright.left-out"] = without.words
        if compiler:
            labels["facewright.compiled-by"] = compiler
        started = program(parts.manifest.driver, parts.schema_path, labels)
        manifest = write_image(self._layout, layers, started, platform, base)
        inventory = Inventory(parts, tuple(kept), platform, base, manifest.digest)
        attach(self._layout, manifest, SBOM, bill_of_materials(inventory))
        image = self._layout.image(manifest, platform)
        return Built(manifest, sum(layer.size for layer in image.layers))

    def _python(self, parts: Parts, base: Image | None) -> str:
        if base is None:
            return python_of(parts.manifest)
        inputs = ["python", base.manifest.digest]
        return self._cache.text(inputs, lambda: base_python(self._layout, base))

    def _layers(
        self, parts: Parts, wheels: list[Wheel], without: LeftOut, compiler: str | None
    ) -> list[Layer]:
        ours = [wheel for wheel in wheels if wheel.name == _OWN]
        others = [wheel for wheel in wheels if wheel.name != _OWN]
        models = [
            Layer(self._files(files), f"the model {model.name}")
            for model, files in zip(parts.models, parts.model_files, strict=True)
        ]
        return [
            Layer(self._packages(others, without), "packages"),
            Layer(self._own(ours, wheels, without, compiler), "facewright, and compiled code"),
            *models,
            Layer(self._files(parts.app), f"the manifest {parts.manifest.name}"),
        ]

    def _packages(self, wheels: list[Wheel], without: LeftOut) -> Descriptor:
        inputs = _inputs("packages", wheels, without)
        return self._cache.layer(inputs, lambda: _files_of(_right(wheels), without))

    def _own(
        self, ours: list[Wheel], wheels: list[Wheel], without: LeftOut, compiler: str | None
    ) -> Descriptor:
        def entries() -> Iterator[Entry]:
            yield from _files_of(_right(ours), without)
            if compiler:
                yield from compiled(_files_of(wheels, without), LIBRARIES)

        inputs = _inputs("own", wheels, without)
        return self._cache.layer({**inputs, "compiler": compiler}, entries)

    def _files(self, files: tuple[PlacedFile, ...]) -> Descriptor:
        inputs = [_FORMAT, "files", sorted([file.path, file.digest] for file in files)]
        return self._cache.layer(
            inputs, lambda: [Entry.of_file(f"{APP}/{file.path}", file.source) for file in files]
        )


def _files_of(wheels: Iterable[Wheel], without: LeftOut) -> Iterator[Entry]:
    for wheel in wheels:
        for entry in wheel_entries(wheel.path, LIBRARIES):
            if without.keeps(entry.path.removeprefix(f"{LIBRARIES}/")):
                yield entry


def _right(wheels: Iterable[Wheel]) -> Iterator[Wheel]:
    """Yield the wheels whose bytes are what their manifest locked; looked at when they are used."""
    for wheel in wheels:
        found = of_file(wheel.path)
        if found != wheel.digest:
            raise ImageError(
                f"a wheel is damaged: {wheel.file} should have the digest {wheel.digest}, has "
                f"{found}",
                hint=f"remove {wheel.path} and create the manifest again",
            )
        yield wheel


def _inputs(kind: str, wheels: list[Wheel], without: LeftOut) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "kind": kind,
        "wheels": sorted(wheel.digest for wheel in wheels),
        "without": without.words,
    }
