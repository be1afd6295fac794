"""One organisation, with its figures and its tasks."""
