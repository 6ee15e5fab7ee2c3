"""Words that the page and the terminal share."""

from facewright.photobook.report import Report


def printable(text: str) -> str:
    """Return `text` with what a terminal or a page might obey or refuse replaced by ``�``."""
    return "".join(character if character.isprintable() else "�" for character in text)


def summary(report: Report) -> str:
    """Return the counts in words, such as ``2 errors, 1 warning, 0 notes``."""
    return ", ".join(
        f"{count} {severity.value}{'' if count == 1 else 's'}"
        for severity, count in report.counts.items()
    )
