"""Codes, times and names as the reader's language says them: tables of words, and sentences made of them."""
