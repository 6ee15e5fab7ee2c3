"""Who may reach a service: this machine, or others with keys."""

import ipaddress

from facewright.environments.service_engine import ServicePlan
from facewright.errors import EngineError


def check_exposure(plan: ServicePlan) -> None:
    """Refuse a service that other machines reach without keys.

    Raises:
        EngineError: It is one.
    """
    if plan.keys is None and not is_loopback(plan.host):
        raise EngineError(
            f"{plan.host} is open to other machines, and the service {plan.name} has no keys",
            hint="say --auth to give it keys, or leave --host out",
        )


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches what listens on an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
