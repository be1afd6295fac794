"""A period of a recurring task: what is due in it, and what was reported."""
