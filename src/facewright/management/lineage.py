"""Where something comes from and what uses it: photos, run, model, manifest, image, service.

What is not known is left out: a model that nobody trained here has no run, a run whose photos were
not named has none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from facewright.database.database import Database
from facewright.database.tables.management import (
    ImageRow,
    ManifestModelRow,
    ManifestRow,
    ModelRow,
    ServiceRow,
)
from facewright.management.rows import missing

Row = ModelRow | ManifestRow | ImageRow | ServiceRow

_KINDS: dict[str, type[Row]] = {
    "model": ModelRow,
    "manifest": ManifestRow,
    "image": ImageRow,
    "service": ServiceRow,
}


@dataclass(frozen=True)
class Link:
    """One thing in a lineage, with what follows it.

    Attributes:
        kind: ``photos``, ``run``, ``model``, ``manifest``, ``image`` or ``service``.
        id: Its id; the digest of photos.
        name: Name and version, or empty where there is none.
        next: What it comes from, or what uses it.
    """

    kind: str
    id: str
    name: str
    next: tuple["Link", ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return it as nested dictionaries."""
        named = {"name": self.name} if self.name else {}
        following = {"next": [each.as_data() for each in self.next]} if self.next else {}
        return {"kind": self.kind, "id": self.id, **named, **following}


@dataclass(frozen=True)
class Lineage:
    """A thing, where it comes from and what uses it.

    Attributes:
        origins: Each with what it comes from itself.
        users: Each with what uses it.
    """

    kind: str
    id: str
    name: str
    origins: tuple[Link, ...]
    users: tuple[Link, ...]

    def as_data(self) -> dict[str, Any]:
        """Return both ways as data: ``from`` and ``used_by``."""
        return {
            "from": [each.as_data() for each in self.origins],
            "used_by": [each.as_data() for each in self.users],
        }

    def lines(self) -> list[str]:
        """Return both ways as one tree of lines for people."""
        ways = (("from", self.origins), ("used by", self.users))
        branches = [Link(word, "", "", links) for word, links in ways if links]
        return [_line(Link(self.kind, self.id, self.name)), *_branches(branches, "")]


def lineage_of(database: Database, kind: str, identity: str) -> Lineage:
    """Return the lineage of something.

    Args:
        database: Where it is remembered.
        kind: ``model``, ``manifest``, ``image`` or ``service``.
        identity: Its id.

    Raises:
        NotFound: It is not there.
    """
    with database.read() as session:
        row = cast("Row | None", session.get(_KINDS[kind], identity))
        if row is None:
            raise missing(kind, identity, f"facewright {kind} list")
        return Lineage(kind, row.id, _name(row), _origins(session, row), _users(session, row))


def _origins(session: Session, row: Row) -> tuple[Link, ...]:
    if isinstance(row, ModelRow):
        return _origins_of_model(row)
    above: list[Row | None]
    if isinstance(row, ServiceRow):
        above = [session.get(ImageRow, row.image_id)]
    elif isinstance(row, ImageRow):
        above = [session.get(ManifestRow, row.manifest_id)]
    else:
        above = list(_models_of(session, row))
    return tuple(_link(each, _origins(session, each)) for each in above if each is not None)


def _origins_of_model(row: ModelRow) -> tuple[Link, ...]:
    digest = row.facts.get("photos")
    photos = (Link("photos", str(digest), ""),) if digest else ()
    return (Link("run", row.run_id, "", photos),) if row.run_id else photos


def _users(session: Session, row: Row) -> tuple[Link, ...]:
    return tuple(_link(each, _users(session, each)) for each in _rows_using(session, row))


def _rows_using(session: Session, row: Row) -> Iterator[Row]:
    if isinstance(row, ModelRow):
        manifests = (
            select(ManifestRow)
            .join(ManifestModelRow, ManifestModelRow.manifest_id == ManifestRow.id)
            .where(ManifestModelRow.model_id == row.id)
        )
        yield from session.scalars(manifests.order_by(ManifestRow.name, ManifestRow.version))
    elif isinstance(row, ManifestRow):
        images = select(ImageRow).where(ImageRow.manifest_id == row.id)
        yield from session.scalars(images.order_by(ImageRow.name, ImageRow.version))
    elif isinstance(row, ImageRow):
        services = select(ServiceRow).where(ServiceRow.image_id == row.id)
        yield from session.scalars(services.order_by(ServiceRow.name))


def _models_of(session: Session, row: ManifestRow) -> Iterator[ModelRow]:
    models = (
        select(ModelRow)
        .join(ManifestModelRow, ManifestModelRow.model_id == ModelRow.id)
        .where(ManifestModelRow.manifest_id == row.id)
    )
    yield from session.scalars(models.order_by(ModelRow.name, ModelRow.version))


def _link(row: Row, following: tuple[Link, ...]) -> Link:
    kind = next(name for name, class_ in _KINDS.items() if isinstance(row, class_))
    return Link(kind, row.id, _name(row), following)


def _name(row: Row) -> str:
    return row.name if isinstance(row, ServiceRow) else f"{row.name} {row.version}"


def _branches(links: "list[Link] | tuple[Link, ...]", indent: str) -> Iterator[str]:
    for position, link in enumerate(links, 1):
        last = position == len(links)
        yield f"{indent}{'└── ' if last else '├── '}{_line(link)}"
        yield from _branches(link.next, indent + ("    " if last else "│   "))


def _line(link: Link) -> str:
    if link.id == link.name or not link.name:
        return f"{link.kind} {link.id}".rstrip()
    return f"{link.kind} {link.name} ({link.id})"
