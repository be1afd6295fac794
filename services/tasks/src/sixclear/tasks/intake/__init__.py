"""Many tasks from one file: described, and assigned where they are six-clear."""
