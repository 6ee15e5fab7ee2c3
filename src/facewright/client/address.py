"""Where a service is, and who asks."""

import ipaddress

import httpx

from facewright.errors import InputError

_URL_HINT = "give an address such as http://127.0.0.1:8000/score"


def base_of(url: str) -> httpx.URL:
    """Return a service's base address with a slash at its end.

    Args:
        url: The base address, or the scoring address that ends in ``/score``.

    Raises:
        InputError: It is not an http or https address.
    """
    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise InputError(f"{url!r} is not an address: {error}", hint=_URL_HINT) from error
    if address.scheme not in ("http", "https") or not address.host:
        raise InputError(f"{url!r} is not an http or https address", hint=_URL_HINT)
    path = address.path.rstrip("/").removesuffix("/score")
    return address.copy_with(path=f"{path}/", query=None, fragment=None)


def below(base: httpx.URL, path: str) -> httpx.URL:
    """Return the address of a path below the base, which is percent-encoded already."""
    return base.copy_with(raw_path=base.raw_path + path.encode("ascii"))


def authorization(key: str | None) -> dict[str, str]:
    """Return the headers that carry a key.

    Raises:
        InputError: The key cannot be one.
    """
    if key is None:
        return {}
    # Checked here, since a key that is no header would be quoted in the transport's error.
    if not key or not all("!" <= character <= "~" for character in key):
        raise InputError(
            "the key is empty or holds a character that no key has",
            hint="copy the primary or secondary key of the service again",
        )
    return {"Authorization": f"Bearer {key}"}


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
