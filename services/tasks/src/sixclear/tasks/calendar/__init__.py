"""The working calendar, as all services count by it."""
