"""Feedback, recommendations, initiatives and solutions: received, answered before a legal date, followed by receipt."""
