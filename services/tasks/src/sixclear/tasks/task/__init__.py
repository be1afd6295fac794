"""A task: from a proposal to a confirmed result."""
