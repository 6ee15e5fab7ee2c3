"""Which driver a database of the history is reached by."""

_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


def with_driver(tracking_uri: str) -> str:
    """Return a history's address; a PostgreSQL URL names the driver that Facewright brings."""
    scheme, separator, rest = tracking_uri.partition("://")
    return f"{_DRIVERS.get(scheme, scheme)}{separator}{rest}"
