"""An organisation: its identifier stays, its names have dates."""
