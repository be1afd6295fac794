"""Documents of law and administration: issued ones, and those that a law still waits for."""
