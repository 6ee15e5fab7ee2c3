"""Tables, one file for each room that remembers something."""
