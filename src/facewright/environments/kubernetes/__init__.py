"""Services on any Kubernetes from 1.20 on: manifests, how they get there, and what comes of them."""
