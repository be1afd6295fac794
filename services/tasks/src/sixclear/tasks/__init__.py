"""Tasks: organisations, programmes, directives and the tasks given under them, until they are confirmed as done."""
