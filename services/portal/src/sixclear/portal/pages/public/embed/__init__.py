"""How anyone verifies a receipt."""
