"""Public pages: progress, responsibility and results, and feedback without an account."""
