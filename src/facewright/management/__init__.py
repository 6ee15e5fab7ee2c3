"""What is remembered: models, manifests, images, services and the environments they live in."""
