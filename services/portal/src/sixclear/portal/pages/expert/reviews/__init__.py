"""An expert's list of work."""
