"""Obstacles: what holds work back, from whom a decision is needed by when, and how they climb until it comes."""
