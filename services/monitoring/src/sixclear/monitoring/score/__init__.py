"""Scores: criteria, totals and bands, computed from answers and from figures of monitoring's own."""
