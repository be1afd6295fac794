"""Documents of law and administration, each with its standing on a day."""
