"""Which body may be competent for a case: suggestions with their reasons, never a decision."""
