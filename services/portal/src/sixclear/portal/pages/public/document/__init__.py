"""One document of law or administration."""
