"""Calls a service: `Client`, and `AsyncClient` for programs with an event loop."""

from facewright.client.async_client import AsyncClient
from facewright.client.client import Client
from facewright.client.retries import Retries

__all__ = ["AsyncClient", "Client", "Retries"]
