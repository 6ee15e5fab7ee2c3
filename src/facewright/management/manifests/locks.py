"""Locks of manifests: made once, and reused by manifests with the same needs."""

from collections.abc import Callable

from sqlalchemy import select

from facewright.containers.engine import Hear
from facewright.database.database import Database
from facewright.database.tables.management import ManifestRow
from facewright.management.manifests.dependencies import Needs
from facewright.management.manifests.lock import FIRST_PLATFORM, LockedWheel, Locks, wheels_in

Tell = Callable[[str], None]
"""Hears a sentence that somebody should read."""


class ManifestLocks:
    """The wheels of the manifests of a database.

    Args:
        database: Where manifests are remembered.
        locks: Looks packages up.
    """

    def __init__(self, database: Database, locks: Locks) -> None:
        self._database = database
        self._locks = locks

    def lock(
        self, needs: Needs, hear: Hear, tell: Tell, *, fresh: bool = False
    ) -> tuple[LockedWheel, ...]:
        """Return the wheels of the newest manifest with the same needs, or look them up.

        Args:
            needs: What is to be installed.
            hear: Hears what pip says.
            tell: Hears where the wheels come from.
            fresh: Whether they are looked up in any case.

        Raises:
            DependenciesError: The packages cannot be brought together.
        """
        newest = select(ManifestRow).order_by(ManifestRow.created.desc())
        with self._database.read() as session:
            known = [] if fresh else [row for row in session.scalars(newest) if _same(row, needs)]
        for row in known:
            wheels = self._locks.renewed(wheels_in(row.lock, FIRST_PLATFORM) or ())
            if wheels is not None:
                tell(f"Packages: as locked for {row.name} {row.version}, {len(wheels)} wheels")
                return wheels
        tell(f"Looking up packages for Python {needs.python} on {FIRST_PLATFORM}")
        return self._locks.make(needs.lines, needs.python, FIRST_PLATFORM, hear)

    def top_level_names(self, wheels: tuple[LockedWheel, ...]) -> set[str]:
        """Return what can be imported when the wheels are installed."""
        return self._locks.top_level_names(wheels)


def _same(row: ManifestRow, needs: Needs) -> bool:
    known = row.requirements
    return (known["lines"], known["python"]) == ([*needs.lines], needs.python)
