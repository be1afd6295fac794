"""What feedback says of itself: how many submissions the country has in which state, never of one body or place."""
