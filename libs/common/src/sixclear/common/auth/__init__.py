"""Who calls and what they may do: access rules, tokens, the embedded issuer."""
