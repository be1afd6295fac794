"""What bodies come to by a set of criteria in a period."""
