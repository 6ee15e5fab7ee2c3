"""Manifests: what a service is made of, found, checked and locked."""
