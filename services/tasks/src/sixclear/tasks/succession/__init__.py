"""What becomes of a body by a dated decision: it is merged or closed and its open work moves, or it is upgraded."""
