"""Use cases of the data catalogue. They work in the session that they are given and never commit."""
