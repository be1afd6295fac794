"""What was learnt last."""
