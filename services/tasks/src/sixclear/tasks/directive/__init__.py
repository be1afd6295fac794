"""A directive: a document that gives tasks."""
