"""Who reviews one idea."""
