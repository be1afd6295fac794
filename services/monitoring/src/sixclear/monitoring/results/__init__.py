"""Results: documents and money, as they are counted."""
