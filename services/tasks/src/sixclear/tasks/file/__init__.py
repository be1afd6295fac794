"""Files that a body sent, to be named by what it says of a task."""
