"""What in a cluster is not as it was asked for: the API server merges, and does not keep."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from facewright.environments.kubernetes.applying import kinds
from facewright.environments.kubernetes.capabilities import Capabilities
from facewright.environments.kubernetes.resources import Kind, Manifest, Resources

_MISSING = "(nothing)"
_SHOWN = 120


@dataclass(frozen=True)
class Difference:
    """Something that is not as it was asked for.

    Attributes:
        object: Such as ``Deployment doors``.
        place: In it, such as ``spec.replicas``; empty for the whole of it.
        found: What is there.
        wanted: What was asked for.
    """

    object: str
    place: str
    found: str
    wanted: str


def differences(
    resources: Resources, able: Capabilities, wanted: Sequence[Manifest], selector: str
) -> list[Difference]:
    """Compare a service with what was asked for.

    Args:
        resources: The cluster.
        able: What it can do.
        wanted: The service's objects, as they shall be.
        selector: Chooses the service's objects.
    """
    found: list[Difference] = []
    for manifest in wanted:
        kind, name = Kind.of(manifest), manifest["metadata"]["name"]
        live = resources.get(kind, name)
        if live is None:
            found.append(Difference(f"{kind.name} {name}", "", "missing", "there"))
            continue
        merged = resources.apply(manifest, dry=True)
        found += _compared(f"{kind.name} {name}", manifest, live, merged)
    return [*found, *_unasked(resources, able, wanted, selector)]


def _unasked(
    resources: Resources, able: Capabilities, wanted: Sequence[Manifest], selector: str
) -> Iterator[Difference]:
    names = {(each["kind"], each["metadata"]["name"]) for each in wanted}
    for kind in kinds(able):
        for each in resources.find(kind, selector):
            name = each["metadata"]["name"]
            if (kind.name, name) not in names:
                yield Difference(f"{kind.name} {name}", "", "there", "missing")


def _compared(name: str, said: Manifest, live: Manifest, merged: Manifest) -> Iterator[Difference]:
    for part in ("metadata", "spec", "data"):
        changed = _differing(part, said.get(part), live.get(part), merged.get(part))
        for place, found, wanted in changed:
            if name.startswith("Secret"):  # digests are nobody's business
                yield Difference(name, place, "another value", "the value that was asked for")
            else:
                yield Difference(name, place, found, wanted)


def _differing(place: str, said: Any, found: Any, wanted: Any) -> Iterator[tuple[str, str, str]]:
    """Yield what differs of what was said; the rest is the server's and its controllers'."""
    if isinstance(said, dict):
        for key in sorted(said):
            found_part, wanted_part = _part(found, key), _part(wanted, key)
            yield from _differing(f"{place}.{key}", said[key], found_part, wanted_part)
    elif found != wanted:
        yield from _inside(place, found, wanted)


def _inside(place: str, found: Any, wanted: Any) -> Iterator[tuple[str, str, str]]:
    """Yield what differs in lists, down to single values."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        for key in sorted({*found, *wanted}):
            yield from _inside(f"{place}.{key}", found.get(key), wanted.get(key))
    elif isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
            yield from _inside(f"{place}[{number}]", one, other)
    elif found != wanted:
        yield place, _shown(found), _shown(wanted)


def _part(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _shown(value: Any) -> str:
    return _MISSING if value is None else str(value)[:_SHOWN]
