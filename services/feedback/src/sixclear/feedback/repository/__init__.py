"""Every SQL statement of the feedback service."""
