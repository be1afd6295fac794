"""Data catalogue: databases and other data, their owners, how far they are built and registered, whether they live."""
