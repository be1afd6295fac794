"""Who writes the view, and the background work of that replica. Names no kind."""
