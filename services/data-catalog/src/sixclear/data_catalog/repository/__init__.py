"""Every SQL statement of the data catalogue."""
