"""Files of rows from elsewhere: each row is taken by the rules of the single route of its kind."""
