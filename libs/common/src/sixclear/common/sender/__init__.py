"""The one sender of what goes out to addresses that people entered: checked, bounded, tried again, never twice."""
