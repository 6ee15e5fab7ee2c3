"""Requests to a registry through oras: signed in, never waiting for ever, failures in our words."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlsplit

import oras.auth
import oras.provider
import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.util.retry import Retry

from facewright.containers.oci.reference import Reference
from facewright.containers.oci.registry_login import Login, login_for, sign_in
from facewright.errors import ImageError
from facewright.system.outside_text import has_hidden

_ANSWERS_WITHIN = 10.0
_SILENCE = 120.0
_LONGEST = 200
_REFUSED = (401, 403)
_REALM = re.compile(r'realm="([^"]*)"')
# Sent again when the connection breaks or the registry is overloaded; a part of an upload is not.
_AGAIN = Retry(
    total=3,
    backoff_factor=0.5,
    status_forcelist=(429, 502, 503, 504),
    allowed_methods=("GET", "HEAD"),
    raise_on_status=False,
)


class RegistryHttp(oras.provider.Registry):  # type: ignore[misc]  # oras has no types
    """oras, with failures that are told at once: by itself it tries for two minutes.

    Args:
        reference: The image; its host decides where requests go.
        plain_http: Whether to speak HTTP without TLS; always so with a registry on this machine.
    """

    def __init__(self, reference: Reference, *, plain_http: bool) -> None:
        logging.getLogger("oras").setLevel(logging.CRITICAL)  # it prints what we raise
        super().__init__(insecure=plain_http or reference.loopback)
        self._reference = reference
        self.place = reference.registry
        self.root = f"{self.prefix}://{self.place}/v2"
        self.auth = _Tokens(self.session, self.prefix)
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, _Patient(max_retries=_AGAIN))

    def do_request(self, *arguments: Any, **named: Any) -> requests.Response:
        """Ask as oras does, once; an answer is good, or says that something is not there."""
        asked = oras.provider.Registry.do_request.__wrapped__(self, *arguments, **named)
        response = cast(requests.Response, asked)
        absent = response.status_code == 404 and response.request.method in ("GET", "HEAD")
        if response.status_code >= 400 and not absent:
            raise _Refused(response)
        return response

    @contextmanager
    def signed_in(self) -> Iterator[None]:
        """Sign in, if the registry wants it; turn what fails in the block into our words."""
        try:
            self._sign_in()
            yield
        except requests.exceptions.SSLError as error:
            raise self._without_trust(error) from error
        except (requests.ConnectionError, requests.Timeout) as error:
            raise ImageError(
                f"the registry does not answer: {self.place}",
                hint="check the address and the network; a base image may also be a file from "
                "`docker save` or oci:FOLDER, which need no registry",
            ) from error
        except _Refused as error:
            raise self._refused(error.response) from error
        except oras.auth.AuthenticationException as error:
            raise self._not_let_in() from error
        except (requests.RequestException, ValueError) as error:
            raise ImageError(
                f"the registry's answer about {self._reference} cannot be used: "
                f"{type(error).__name__}",
                hint=f"check that {self.place} is a container registry",
            ) from error

    def _sign_in(self) -> None:
        self._login: Login | None = None
        # Without what the session adds: its retries, and credentials from other files.
        with requests.get(f"{self.root}/", timeout=_ANSWERS_WITHIN, stream=True) as response:
            wanted = response.headers.get("WWW-Authenticate", "")
            if response.status_code != 401:
                return
        self._login = login_for(self._reference.host)
        if wanted.lower().startswith("basic"):
            self._sign_in_with_password()
        else:
            self._sign_in_for_tokens(wanted)

    def _sign_in_with_password(self) -> None:
        if self._login is None:
            raise self._not_let_in()
        self.session.auth = _Password(self.place, self._login)
        with self.session.get(f"{self.root}/", stream=True) as response:
            if response.status_code in _REFUSED:
                raise self._not_let_in()

    def _sign_in_for_tokens(self, wanted: str) -> None:
        realm = _REALM.search(wanted)
        if self.prefix == "https" and (not realm or urlsplit(realm[1]).scheme != "https"):
            raise ImageError(
                f"the registry {self.place} asks to sign in without TLS, which would show the "
                "password to the network",
                hint="ask who runs it to give its token service an https address",
            )
        if self._login is not None:
            self.auth.set_basic_auth(*self._login)

    def _not_let_in(self) -> ImageError:
        if self._login is None:
            return ImageError(
                f"the registry {self.place} lets nobody to {self._reference} without signing in, "
                "and no credentials for it are on this machine",
                hint=f"check the name, or run `{sign_in(self._reference.host)}`",
            )
        return ImageError(
            f"the registry {self.place} refused the user {self._login.user!r} for "
            f"{self._reference}",
            hint=f"check the name and the user's rights, or run "
            f"`{sign_in(self._reference.host)}` again",
        )

    def _refused(self, response: requests.Response) -> ImageError:
        if response.status_code in _REFUSED:
            return self._not_let_in()
        return ImageError(
            f"the registry {self.place} refused {self._reference}: {response.status_code}"
            f"{_words(response)}",
            hint="if its words do not say what to do, repeat the command: what has been sent is "
            "not sent again",
        )

    def _without_trust(self, error: Exception) -> ImageError:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return ImageError(
                f"the registry {self.place} has a certificate that this machine does not trust",
                hint="put the certificate of its authority into a file and name it with the "
                "variable REQUESTS_CA_BUNDLE",
            )
        return ImageError(
            f"the registry {self.place} does not speak TLS",
            hint="`image push --insecure` speaks HTTP, which shows images and passwords to the "
            "network; give the registry a certificate instead",
        )


class _Refused(Exception):
    """Carries the answer with which a registry refused a request."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(str(response.status_code))
        self.response = response


class _Patient(HTTPAdapter):
    """Waits, but not for ever."""

    def send(self, *arguments: Any, **named: Any) -> requests.Response:
        named["timeout"] = named.get("timeout") or (_ANSWERS_WITHIN, _SILENCE)
        return super().send(*arguments, **named)


class _Password(HTTPBasicAuth):
    """Tells the password to the registry, not to whom it sends us for an upload."""

    def __init__(self, place: str, login: Login) -> None:
        super().__init__(*login)
        self._place = place

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if urlsplit(request.url).netloc == self._place:
            super().__call__(request)  # type: ignore[no-untyped-call]
        return request


class _Tokens(oras.auth.TokenAuth):  # type: ignore[misc]  # oras has no types
    """Asks for another token when one is refused: it is too old, or for another scope."""

    def __init__(self, session: requests.Session, prefix: str) -> None:
        super().__init__()
        self.session, self.prefix, self._tls_verify = session, prefix, True

    def authenticate_request(
        self, original: requests.Response, headers: dict[str, str], refresh: bool = False
    ) -> tuple[dict[str, str], bool]:
        self.token = None
        changed = False
        if "bearer" in original.headers.get("WWW-Authenticate", "").lower():
            headers, changed = super().authenticate_request(original, headers, refresh)
        if not changed:
            raise oras.auth.AuthenticationException
        return headers, changed


def _words(response: requests.Response) -> str:
    """Return what the registry says was wrong: text from outside, cut."""
    try:
        first = response.json()["errors"][0]
        said = " ".join(f"{first['code']} {first.get('message', '')}".split())[:_LONGEST]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return ""
    return "" if has_hidden(said) else f", {said}"
