"""What a problem code of an API means."""
