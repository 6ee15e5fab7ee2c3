"""Steps, oldest first."""
