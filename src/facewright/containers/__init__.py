"""Container engines, and what images are made of."""
