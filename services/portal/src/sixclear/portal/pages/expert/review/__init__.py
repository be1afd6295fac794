"""One review of an expert: declared, read, given, discussed, decided."""
