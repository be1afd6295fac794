"""A body sends for itself, and reads what became of it."""
