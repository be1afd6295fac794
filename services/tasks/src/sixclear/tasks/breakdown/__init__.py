"""How a directive was broken into tasks: which of its clauses have none."""
