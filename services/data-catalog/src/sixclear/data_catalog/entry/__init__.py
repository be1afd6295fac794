"""Entries: databases and other data with their owner, deployment stage and heartbeat."""
