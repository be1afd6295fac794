"""The organisations that answer for tasks."""
