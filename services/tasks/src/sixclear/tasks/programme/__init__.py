"""A programme of a resolution: what tasks belong to."""
