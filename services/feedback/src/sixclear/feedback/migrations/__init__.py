"""Schema history of the feedback service."""
