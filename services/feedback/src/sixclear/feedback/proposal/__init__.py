"""Accepted ideas: what an answer took up, as the body words it for everyone, and the task that came of it."""
