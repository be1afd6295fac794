"""What a sender has looked at again: by the same body once, and by the bodies above on two levels."""
