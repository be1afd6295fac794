"""What follows from the classification of a task: who may still read what was kept for them."""
