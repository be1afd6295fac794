"""Lines of money, each stage with the document that proves it."""
