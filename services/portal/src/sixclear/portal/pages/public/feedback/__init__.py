"""The form of feedback, and its receipt."""
