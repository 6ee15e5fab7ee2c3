"""Calls a scoring service."""

from facewright.client.client import Client

__all__ = ["Client"]
