"""Every SQL statement of the tasks service."""
