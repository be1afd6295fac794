"""Obstacles: found, opened, let climb, settled, reopened, and what follows from their tasks."""
