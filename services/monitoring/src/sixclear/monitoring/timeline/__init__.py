"""The buckets at the end of each civil day."""
