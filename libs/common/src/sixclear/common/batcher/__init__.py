"""Coalescing writes: what arrives while one batch commits is the next batch."""
