"""The report as one page that needs nothing beside itself.

Names of folders and files come from outside: all text is escaped, and the page allows itself no
script and no address.
"""

from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template

from facewright.photobook.finding import Finding, Severity
from facewright.photobook.report import Report
from facewright.photobook.words import printable, summary

Thumbnails = Callable[[str], str | None]
"""From a photo's name to a data URI, or None when it cannot be shown."""

_TEMPLATE = Path(__file__).with_name("page.html")
_MOST_SHOWN = 12


def page(report: Report, thumbnail: Thumbnails) -> str:
    """Return the report as HTML.

    Args:
        report: What to show.
        thumbnail: Makes a small picture of a photo.
    """
    template = Template(_TEMPLATE.read_text(encoding="utf-8"))
    findings = [_finding(finding, thumbnail) for finding in report.findings]
    return template.substitute(
        folder=_text(str(report.folder)),
        photos=report.photos,
        summary=_text(summary(report)),
        detector=_text(report.detector),
        embedder=_text(report.embedder),
        limits=_text(_limits(report)),
        people="\n".join(_person(each.name, each.photos, each.usable) for each in report.people),
        findings="\n".join(findings) or "<p>Nothing to complain about.</p>",
    )


def _limits(report: Report) -> str:
    limits = report.limits
    if limits is None:
        return "There are too few photos to tell people apart."
    whose = "In this folder" if limits.measured else "Usually, with this embedder,"
    return (
        f"{whose} photos of one person have a similarity of {limits.own.median:.3f} to the "
        f"others of that person, and of {limits.other.median:.3f} to the nearest other person."
    )


def _person(name: str, photos: int, usable: int) -> str:
    cells = "".join(f'<td class="number">{count}</td>' for count in (photos, usable))
    return f"<tr><td>{_text(name)}</td>{cells}</tr>"


def _finding(finding: Finding, thumbnail: Thumbnails) -> str:
    severity = Severity(finding.severity).value
    title = ", ".join(finding.photos) or finding.person
    evidence = f'<p class="evidence">{_text(str(finding.evidence))}</p>' if finding.evidence else ""
    return (
        f'<article class="{severity}">'
        f'<p class="severity">{severity} · <code>{_text(finding.code)}</code></p>'
        f"<h3>{_text(title)}</h3>"
        f"<p>{_text(finding.message)}.</p>{evidence}"
        f"{_photos(finding, thumbnail)}"
        f"<p>To do: {_text(finding.remedy)}.</p>"
        "</article>"
    )


def _photos(finding: Finding, thumbnail: Thumbnails) -> str:
    if not finding.photos:
        return ""
    shown = [_figure(name, thumbnail) for name in finding.photos[:_MOST_SHOWN]]
    if finding.conflicts:
        shown.append('<span class="against">beside</span>')
        shown += [_figure(name, thumbnail) for name in finding.conflicts[:_MOST_SHOWN]]
    left = len(finding.photos) + len(finding.conflicts) - len(shown) + bool(finding.conflicts)
    more = f'<span class="against">and {left} more</span>' if left else ""
    return f'<div class="photos">{"".join(shown)}{more}</div>'


def _figure(name: str, thumbnail: Thumbnails) -> str:
    source = thumbnail(name)
    picture = (
        f'<img src="{escape(source)}" alt="{_text(name)}">'
        if source
        else '<div class="none">no picture</div>'
    )
    return f"<figure>{picture}<figcaption>{_text(name)}</figcaption></figure>"


def _text(text: str) -> str:
    return escape(printable(text), quote=True)
