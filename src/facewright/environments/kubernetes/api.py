"""The connection to a cluster's API server: JSON to it and from it, and its refusals in words."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import urllib3
import yaml
from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException
from kubernetes.config import ConfigException, new_client_from_config

from facewright.errors import EngineError, EngineForbidden, EngineUnreachable

_SECONDS = (5.0, 30.0)
# A server may be restarted just now, one that answered before above all: every request can be
# sent again.
_FIRST_SECONDS, _AWAY_SECONDS = 10.0, 60.0
_SETTLING_SECONDS, _AGAIN_SECONDS = 10.0, 0.5
_UNSETTLED = frozenset((401, 403, 429, 500, 503))
_MISSING, _FORBIDDEN, _UNKNOWN_WHO = 404, 403, 401
_CANNOT = re.compile(r'cannot (\w+) resource "([^"]+)"(?: in API group "([^"]*)")?')


class Api:
    """An API server.

    Args:
        client: The official client, with the account and the certificates of a kubeconfig.
    """

    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self.address = str(client.configuration.host)
        self._answered = False
        # What is asked again and again asks again by itself.
        client.rest_client.pool_manager.connection_pool_kw["retries"] = False

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        content: str = "application/json",
        **query: object,
    ) -> dict[str, Any] | None:
        """Send a request.

        Args:
            method: ``GET``, ``POST``, ``PATCH`` or ``DELETE``.
            path: Of the resource.
            body: What is sent.
            content: Its type.
            query: Parameters.

        Returns:
            The answer; None where there is no such thing.

        Raises:
            EngineForbidden: The account may not do that.
            EngineUnreachable: Nobody answers.
            EngineError: It was refused for another reason.
        """
        with self._explained(method, path) as missing:
            response = self._send(method, path, body, content, query)
            return dict(json.loads(response.data or b"{}"))
        return missing

    def lines(self, path: str, **query: object) -> Iterator[str]:
        """Yield the lines of a text, without line ends; nothing where there is none."""
        with self._explained("GET", path):
            response = self._send("GET", path, None, "application/json", query)
            text = bytes(response.data or b"").decode(errors="replace")
            yield from text.splitlines()

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        content: str,
        query: Mapping[str, object],
    ) -> Any:
        parts = self._client.param_serialize(
            method,
            path,
            query_params=[(key, value) for key, value in query.items() if value is not None],
            header_params={"Accept": "application/json, */*", "Content-Type": content},
            body=None if body is None else dict(body),
            auth_settings=["BearerToken"],
        )
        response = self._answer(parts)
        if not 200 <= response.status < 300:
            raise ApiException(http_resp=response)
        return response

    def _answer(self, parts: Any) -> Any:
        end = time.monotonic() + (_AWAY_SECONDS if self._answered else _FIRST_SECONDS)
        settled = 0.0
        while True:
            try:
                method, url, headers, body, _ = parts
                response = self._client.call_api(
                    method, url, headers, body, _request_timeout=_SECONDS
                )
                response.read()
            except urllib3.exceptions.HTTPError:
                if time.monotonic() >= end:
                    raise
                settled = time.monotonic() + _SETTLING_SECONDS
            else:
                self._answered = True
                # Just started, it knows neither accounts nor roles for a moment.
                if response.status not in _UNSETTLED or time.monotonic() >= settled:
                    return response
            time.sleep(_AGAIN_SECONDS)

    @contextmanager
    def _explained(self, method: str, path: str) -> Iterator[None]:
        try:
            yield None
        except ApiException as error:
            if error.status == _MISSING and method in ("GET", "DELETE"):
                return
            raise _refusal(error, method, path) from error
        except urllib3.exceptions.HTTPError as error:
            raise EngineUnreachable(
                f"the cluster does not answer at {self.address}: {_short(error)}",
                hint="check the context with `kubectl --context NAME version`, and the network",
            ) from error


def connect(kubeconfig: str | None, context: str | None) -> Api:
    """Return the API server of a context.

    Raises:
        EngineError: There is no such file or context.
    """
    try:
        client = new_client_from_config(kubeconfig, context, persist_config=False)
    except (ConfigException, OSError, yaml.YAMLError, TypeError) as error:
        raise EngineError(
            f"the kubeconfig cannot be used: {_short(error)}",
            hint="list what there is with `kubectl config get-contexts`; name one with --context, "
            "and another file with --kubeconfig",
        ) from error
    return Api(client)


def _refusal(error: ApiException, method: str, path: str) -> EngineError:
    message = _said(error)
    if error.status == _UNKNOWN_WHO:
        return EngineForbidden(
            "the cluster does not know the account of the kubeconfig: it may have expired",
            hint="sign in again, or make the kubeconfig anew",
        )
    if error.status == _FORBIDDEN and (found := _CANNOT.search(message)):
        verb, resource, group = found[1], found[2], found[3] or ""
        full = f"{resource}.{group}" if group else resource
        return EngineForbidden(
            f"the account may not {verb} {full}: {message}",
            hint=f"give its role the verb {verb!r} on {resource!r} of the API group {group!r}; "
            "`facewright env role` prints the whole role",
        )
    return EngineError(f"the cluster refused {method} {path}: {message}")


def _said(error: ApiException) -> str:
    try:
        return str(json.loads(error.body or "")["message"])
    except (ValueError, KeyError, TypeError):
        return f"{error.status} {error.reason}"


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
