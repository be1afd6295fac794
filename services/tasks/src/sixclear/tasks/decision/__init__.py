"""Decisions on tasks: asked by one body with its reasons, decided by another one."""
