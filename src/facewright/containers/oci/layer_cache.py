"""Layers that are written once for the same inputs, and what else is found out once."""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from facewright.containers.oci.descriptor import LAYER, Descriptor
from facewright.containers.oci.layer import Entry, write_layer
from facewright.containers.oci.layout import Layout
from facewright.system.files import write_text


class LayerCache:
    """Remembers which layer some inputs made.

    Args:
        layout: Where layers are.
        folder: Where it is remembered; may be removed at any time.
    """

    def __init__(self, layout: Layout, folder: Path) -> None:
        self._layout = layout
        self._folder = folder

    def layer(self, inputs: Any, entries: Callable[[], Iterable[Entry]]) -> Descriptor:
        """Return the layer of some inputs, written unless it is there.

        Args:
            inputs: What the layer's bytes depend on, as JSON; digests, not contents.
            entries: Yields its files.

        Raises:
            ImageError: A path in it leads elsewhere, or is there twice.
        """
        note = self._note(inputs)
        known = self._known(note)
        if known is None:
            known = write_layer(entries(), self._layout.blobs)
            write_text(note, json.dumps({"digest": known.digest, "size": known.size}))
        return known

    def text(self, inputs: Any, find: Callable[[], str]) -> str:
        """Return what was found out about some inputs, found out once."""
        note = self._note(inputs)
        try:
            return str(json.loads(note.read_bytes())["text"])
        except (OSError, ValueError, KeyError, TypeError):
            found = find()
            write_text(note, json.dumps({"text": found}))
            return found

    def _note(self, inputs: Any) -> Path:
        text = json.dumps(inputs, sort_keys=True)
        return self._folder / f"{hashlib.sha256(text.encode()).hexdigest()}.json"

    def _known(self, note: Path) -> Descriptor | None:
        try:
            record = json.loads(note.read_bytes())
            known = Descriptor(LAYER, str(record["digest"]), int(record["size"]))
            size = self._layout.blobs.path(known.digest).stat().st_size
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return known if size == known.size else None
