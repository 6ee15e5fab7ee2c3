"""The keys that the original printed, as docs/migration.md lists them."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "migration.md"


def original_keys(command: str) -> set[str]:
    """Return the keys of what a command shows."""
    section = PAGE.read_text(encoding="utf-8").partition("### Keys of `-o json`")[2]
    row = next(line for line in section.splitlines() if line.startswith(f"| `{command}` |"))
    return set(re.findall(r"`([^`]+)`", row.split("|")[2]))
