"""The answers of a case: drafted by one person, published by another, withdrawn when another body gets the case."""
