"""Use cases of reporting. They work in the session that they are given and never commit."""
