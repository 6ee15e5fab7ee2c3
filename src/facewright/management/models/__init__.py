"""Models: registered, checked, fetched, published beside their runs."""
