"""The public copy of a case: what a moderator released with the sender's consent, without personal data."""
