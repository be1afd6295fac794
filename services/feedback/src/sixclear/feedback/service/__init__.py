"""Use cases of the feedback service. They work in the session that they are given and never commit."""
