"""The embedded issuer, for development and tests: clients, keys, tokens. Never in production."""
