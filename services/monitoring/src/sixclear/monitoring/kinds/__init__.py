"""What monitoring counts."""
