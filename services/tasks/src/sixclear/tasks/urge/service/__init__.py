"""Urges: said, answered, found; ladders: kept, and told by time."""
