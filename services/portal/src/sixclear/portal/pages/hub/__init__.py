"""Pages of the hub, which asks experts."""
