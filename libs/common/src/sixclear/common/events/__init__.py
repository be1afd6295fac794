"""A service's events: its log in PostgreSQL, what reads and follows it, and the relay that sends it to the bus."""
