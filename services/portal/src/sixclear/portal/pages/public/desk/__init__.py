"""The two sheets of what a desk filed for a person, to print and hand over."""
