"""Elements: what a piece of data means, in which form and by which law, whoever holds it."""
