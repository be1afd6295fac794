"""Filings: owed by the passage of time, filed, found, decided on by the owner of the programme."""
