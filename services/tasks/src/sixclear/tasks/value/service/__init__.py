"""Use cases of values: supplied, reviewed, read."""
