"""Use cases of the tasks service. They work in the session that they are given and never commit."""
