"""What tasks says of itself: how many public tasks stand in which bucket, with the position at which that holds."""
