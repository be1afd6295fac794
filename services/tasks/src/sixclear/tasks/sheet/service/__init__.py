"""The sheet: gathered, taken, and which work several plans ask for."""
