"""Ideas that feedback accepted, and the proposed task that came of each."""
