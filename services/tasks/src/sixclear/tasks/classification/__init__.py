"""What follows from the classification of a task: which kept answers a caller may still read."""
