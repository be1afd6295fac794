"""What indicators say of bodies, against their targets."""
