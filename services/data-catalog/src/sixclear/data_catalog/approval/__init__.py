"""How elements and code lists are kept: drafted by one person, approved by another, in versions that never change."""
