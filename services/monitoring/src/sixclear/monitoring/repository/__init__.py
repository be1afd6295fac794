"""Every SQL statement of this service."""
