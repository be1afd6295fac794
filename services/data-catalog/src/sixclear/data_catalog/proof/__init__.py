"""On what a step of a ladder rests: the decision that was taken, and the evidence that it is so."""
