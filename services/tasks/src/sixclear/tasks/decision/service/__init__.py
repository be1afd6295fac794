"""Decisions: found, asked, decided, taken back; an extension in one act."""
