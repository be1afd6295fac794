"""What a case is about: a list of fields that ships with the product, in editions."""
