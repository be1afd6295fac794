"""One indicator: its definition, its series, and the values that it is made of."""
