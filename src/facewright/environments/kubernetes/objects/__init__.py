"""Pure functions from what a service shall be to the objects that make it so."""
