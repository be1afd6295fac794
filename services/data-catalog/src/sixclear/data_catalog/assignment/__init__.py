"""Who answers for an entry: its owner and four stewards, each a position of a body that has accepted it, with dates."""
