"""Pages for everybody: progress, responsibility and results, and feedback without an account."""
