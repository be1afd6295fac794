"""Fields of entries: which element each one holds, in which role, from where, and by which law."""
