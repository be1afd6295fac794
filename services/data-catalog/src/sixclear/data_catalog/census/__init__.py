"""What the data catalogue says of itself: how many entries of each list stand at which stage."""
