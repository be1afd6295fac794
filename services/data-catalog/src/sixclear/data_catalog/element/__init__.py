"""Elements: what a piece of data means, in which form and by which law, in whatever database it is."""
