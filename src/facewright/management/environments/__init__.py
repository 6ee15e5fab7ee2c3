"""Environments: where services live, on this machine or in a cluster."""
