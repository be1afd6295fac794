"""The whole case, as a handler works with it: read with messages and answers, given to another body."""
