"""Where something comes from and what uses it, both ways."""

from datetime import UTC, datetime
from typing import Any

import pytest

from facewright.database.database import Database
from facewright.database.tables.management import (
    EnvironmentRow,
    ImageRow,
    ManifestModelRow,
    ManifestRow,
    ModelRow,
    ServiceRow,
)
from facewright.errors import NotFound
from facewright.management.lineage import lineage_of

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
FACE, PLAIN = "a" * 32, "b" * 32
PHOTOS = "sha256:" + "c" * 64


@pytest.fixture
def chain(database: Database) -> Database:
    """Return a database with two models, a manifest of both, two images and a service."""
    environment = {"engine": "process", "state": "Succeeded", "mode": "local", "current": True}
    rows: list[Any] = [
        model(FACE, "face", run_id="doors_17", facts={"photos": PHOTOS}),
        model(PLAIN, "words", run_id=None, facts={}),
        ManifestRow(
            id="m1", name="doors", version=2, description="", driver="score.py", files=[],
            runtime="python", requirements={}, lock={}, schema=None, created=NOW,
        ),
        EnvironmentRow(id="e1", name="here", error=None, details={}, created=NOW, **environment),
    ]  # fmt: skip
    later: list[Any] = [
        ManifestModelRow(manifest_id="m1", model_id=FACE, place="outputs/my_model.onnx"),
        ManifestModelRow(manifest_id="m1", model_id=PLAIN, place="words.txt"),
        image("i1", 1),
        image("i2", 2),
    ]
    service = ServiceRow(
        id="front", name="front", environment_id="e1", image_id="i2", settings={}, address=None,
        state="Running", error=None, created=NOW, updated=NOW,
    )  # fmt: skip
    with database.write() as session:
        for some in (rows, later, [service]):
            session.add_all(some)
            session.flush()
    return database


def model(identity: str, name: str, **said: Any) -> ModelRow:
    return ModelRow(
        id=identity, name=name, version=1, digest="", size=0, place="", files=[], mime_type="",
        description="", tags=[], published=None, created=NOW, **said,
    )  # fmt: skip


def image(identity: str, version: int) -> ImageRow:
    return ImageRow(
        id=identity, name="doors", version=version, manifest_id="m1", description="", digest=None,
        size=0, platforms=[], base={}, location=None, state="Succeeded", error=None, created=NOW,
    )  # fmt: skip


def test_a_model_comes_from_photos_and_is_used_by_a_service(chain: Database) -> None:
    assert lineage_of(chain, "model", FACE).lines() == [
        f"model face 1 ({FACE})",
        "├── from",
        "│   └── run doors_17",
        f"│       └── photos {PHOTOS}",
        "└── used by",
        "    └── manifest doors 2 (m1)",
        "        ├── image doors 1 (i1)",
        "        └── image doors 2 (i2)",
        "            └── service front",
    ]


def test_a_service_comes_from_all_of_it(chain: Database) -> None:
    assert lineage_of(chain, "service", "front").as_data() == {
        "from": [
            {
                "kind": "image",
                "id": "i2",
                "name": "doors 2",
                "next": [
                    {
                        "kind": "manifest",
                        "id": "m1",
                        "name": "doors 2",
                        "next": [
                            {
                                "kind": "model",
                                "id": FACE,
                                "name": "face 1",
                                "next": [
                                    {
                                        "kind": "run",
                                        "id": "doors_17",
                                        "next": [{"kind": "photos", "id": PHOTOS}],
                                    }
                                ],
                            },
                            {"kind": "model", "id": PLAIN, "name": "words 1"},
                        ],
                    }
                ],
            }
        ],
        "used_by": [],
    }


def test_what_is_not_known_is_left_out(chain: Database) -> None:
    assert lineage_of(chain, "model", PLAIN).as_data()["from"] == []


def test_what_is_not_there_is_refused(chain: Database) -> None:
    with pytest.raises(NotFound, match="there is no image 'nothing'"):
        lineage_of(chain, "image", "nothing")
