"""Copies of a campaign: one draft for all of them, checked once; each keeps its receipt, clock and own answer."""
