"""All that a body owes for a period on one sheet: to be filled in, and sent back whole."""
