"""What callers may do: access rules, and tokens of any issuer."""
