"""Services on any Kubernetes from 1.20 on: manifests, how they get there, what comes of them."""
