"""Evidence as proof: each piece waits until a body that does not do the task accepts or refuses it."""
