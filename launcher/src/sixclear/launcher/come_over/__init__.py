"""Coming over from another system: its exports become rows that our imports take, and its figures are compared."""
