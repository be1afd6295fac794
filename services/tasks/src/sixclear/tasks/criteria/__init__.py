"""Criteria by which bodies are assessed, as sets: data in editions, which never change."""
