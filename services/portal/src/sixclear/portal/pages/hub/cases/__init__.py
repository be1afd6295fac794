"""Ideas that experts may review."""
