"""A small project that images are made of."""

import json
from pathlib import Path

from facewright.management.manifests.order import ManifestOrder

SCRIPT = "def init(): open('outputs/m.bin')\ndef run(input_bytes): return input_bytes\n"
SCHEMA = {
    "format": 1,
    "input": {
        "input_bytes": {"internal": {"kind": "standard", "python": "str"}, "swagger": {}, "type": 0}
    },
}


def fill(folder: Path) -> Path:
    """Write a folder with a script, a schema and a model."""
    (folder / "outputs").mkdir(parents=True)
    (folder / "score.py").write_text(SCRIPT)
    (folder / "outputs" / "schema.json").write_text(json.dumps(SCHEMA))
    (folder / "outputs" / "m.bin").write_bytes(b"a model")
    return folder


def order_of(project: Path, name: str) -> ManifestOrder:
    """Return a manifest of a folder."""
    return ManifestOrder(
        name, project, "score.py", schema="outputs/schema.json", model_files=("outputs/m.bin",)
    )
