"""Ideas that were accepted, each with what has become of it."""
