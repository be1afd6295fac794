"""Schema history of the tasks service."""
