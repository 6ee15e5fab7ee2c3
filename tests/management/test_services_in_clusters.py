"""Keys and settings of services in clusters, whose replicas hear of changes late."""

from pathlib import Path

import pytest

from facewright.errors import ManagementError
from facewright.management.services.keys import NEXT, ServiceKeys
from facewright.management.services.settings import Autoscale, ServiceSettings
from facewright.serving import keys
from facewright.serving.access import KeyRing


@pytest.fixture
def held(tmp_path: Path) -> ServiceKeys:
    held = ServiceKeys(tmp_path / "keys")
    held.ensure("doors")
    held.ensure_spare("doors")
    return held


def test_a_new_key_is_one_that_replicas_know_already(held: ServiceKeys, tmp_path: Path) -> None:
    replica = tmp_path / "read-at-the-start.json"
    replica.write_bytes(held.digests("doors").read_bytes())
    before, slow = held.show("doors"), KeyRing(replica)
    assert held.not_known_for("doors", "primary") == 0
    after = held.advance("doors", "primary")
    assert after.secondary == before.secondary
    assert slow.scopes_of(after.primary) == slow.scopes_of(before.primary) is not None
    fast = KeyRing(held.digests("doors"))
    assert fast.scopes_of(after.primary) is not None
    assert fast.scopes_of(before.primary) is None
    assert held.show("doors") == after


def test_a_key_is_not_replaced_again_before_replicas_know_the_next(held: ServiceKeys) -> None:
    held.advance("doors", "primary")
    assert 0 < held.not_known_for("doors", "primary") <= 150
    assert held.not_known_for("doors", "secondary") == 0


def test_spare_keys_are_for_their_owner_alone(held: ServiceKeys, tmp_path: Path) -> None:
    spare = tmp_path / "keys/doors/spare.json"
    assert spare.stat().st_mode & 0o777 == 0o600
    held.advance("doors", "secondary")
    assert spare.stat().st_mode & 0o777 == 0o600
    assert set(keys.read(held.digests("doors"))) == {"doors", NEXT}


def test_another_machine_goes_on_with_new_keys(held: ServiceKeys, tmp_path: Path) -> None:
    read, before = held.digests("doors").read_bytes(), held.show("doors")
    other = ServiceKeys(tmp_path / "other")
    assert not other.has_spare("doors")
    other.take_over("doors", read)
    assert other.not_known_for("doors", "primary") > 0
    other.advance("doors", "primary")
    with pytest.raises(ManagementError, match="are not kept here"):
        other.show("doors")
    ring = KeyRing(other.digests("doors"))
    assert ring.scopes_of(before.primary) is None
    assert ring.scopes_of(before.secondary) is not None
    assert KeyRing(other.digests("doors")).scopes_of(other.advance("doors", "secondary").primary)
    assert other.show("doors")


def test_services_in_clusters_always_have_keys() -> None:
    assert ServiceSettings().in_cluster() == ServiceSettings(auth=True, cluster=True)


@pytest.mark.parametrize(
    "settings",
    [
        ServiceSettings(port=8000),
        ServiceSettings(host="192.0.2.7"),
        ServiceSettings(autoscale=Autoscale(enabled=True, least=0)),
    ],
)
def test_what_a_cluster_cannot_do_is_refused(settings: ServiceSettings) -> None:
    with pytest.raises(ManagementError):
        settings.in_cluster()
