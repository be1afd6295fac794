"""Escalations: an overdue case is told to its body, the body above, and the standing body, each once."""
