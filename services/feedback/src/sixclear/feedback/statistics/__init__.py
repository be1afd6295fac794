"""How many cases there were, and what became of them, so that nobody is found in a small number."""
