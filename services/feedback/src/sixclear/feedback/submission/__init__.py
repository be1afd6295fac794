"""Submissions: what people send, from receipt to answer, with the clock that they are owed."""
