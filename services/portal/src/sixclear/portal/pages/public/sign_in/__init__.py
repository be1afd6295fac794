"""Where who works with cases signs in."""
