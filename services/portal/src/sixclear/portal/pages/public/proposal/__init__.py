"""One accepted idea, and what has become of it."""
