"""Assessments: what a body answers to a set of criteria for a period, and what another body verifies of it."""
