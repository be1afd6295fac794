"""The public log, and who watches it."""
