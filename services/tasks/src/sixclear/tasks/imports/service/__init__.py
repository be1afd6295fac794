"""Taking the rows of imports: `take` is the way of each file, `steps` are the use cases of rows."""
