"""What is like a text that somebody writes or handles: nothing of the question is kept."""
