"""Milestones: parts of a task with dates of their own, reached by evidence."""
