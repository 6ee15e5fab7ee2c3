"""Services: an image at an address, with keys and settings of its own."""
