"""A witness: it remembers the newest tree of each log that it knows, and cosigns only what continues that."""
