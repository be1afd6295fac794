"""Use cases of submissions: taken in, read, moved on."""
