"""What needs attention, each list with its rule."""
