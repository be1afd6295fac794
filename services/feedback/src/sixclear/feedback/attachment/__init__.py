"""Files that a sender adds to a case: sealed where they are kept, shown to handlers without what says who made them."""
