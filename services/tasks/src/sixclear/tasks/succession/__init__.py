"""What becomes of a body by a dated decision: set up, upgraded, merged or closed; its open work moves then."""
