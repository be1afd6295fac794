"""Puts the services together: one process or many, embedded servers, demo data, and the command line."""
