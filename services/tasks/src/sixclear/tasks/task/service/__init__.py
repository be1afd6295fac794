"""Use cases of a task. They work in the session that they are given and never commit."""
