"""What in a cluster is not as it was asked for: the API server merges, and does not keep."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from facewright.environments.kubernetes.applying import kinds
from facewright.environments.kubernetes.capabilities import Capabilities
from facewright.environments.kubernetes.resources import Kind, Manifest, Resources

_OF_THE_SERVER = frozenset(
    ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")
)
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
        found += _compared(f"{kind.name} {name}", live, merged)
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


def _compared(name: str, live: Manifest, merged: Manifest) -> Iterator[Difference]:
    for part in ("metadata", "spec", "data"):
        found, wanted = live.get(part), merged.get(part)
        for place, one, other in _differing(part, found, wanted):
            if name.startswith("Secret"):  # digests are nobody's business
                one, other = "another value", "the value that was asked for"
            yield Difference(name, place, one, other)


def _differing(place: str, found: Any, wanted: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(found, dict) and isinstance(wanted, dict):
        for key in sorted({*found, *wanted}):
            if key in _OF_THE_SERVER:
                continue
            yield from _differing(f"{place}.{key}", found.get(key), wanted.get(key))
    elif isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
            yield from _differing(f"{place}[{number}]", one, other)
    elif found != wanted:
        yield place, _shown(found), _shown(wanted)


def _shown(value: Any) -> str:
    return _MISSING if value is None else str(value)[:_SHOWN]
