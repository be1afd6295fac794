"""Schema history of the data catalogue."""
