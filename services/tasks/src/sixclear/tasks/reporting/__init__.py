"""Reporting on a task: progress, evidence, the result; one task at a time or many in one request."""
